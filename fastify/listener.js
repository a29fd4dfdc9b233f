'use strict';

// The routes on a port of their own, which the load balancer of the app does not know.

const http = require('node:http');
const { once } = require('node:events');
const { requestError } = require('../http/errors');
const { serve } = require('../http/serve');
const { toJson } = require('../words/text');

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {import('../http/desk').Desk} desk
 * @param {{ host: string, port: number, base: string }} where
 */
function listenApart(app, desk, { host, port, base }) {
  const server = http.createServer({ requestTimeout: 10_000 }, async (req, res) => {
    if (await serve(desk, req, res, { base })) return;
    const { status, headers, body } = desk.failure(requestError('HEAPHOUND_ERR_NO_ROUTE', 'there is nothing here'));
    res.writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8' }).end(toJson(body));
  });
  app.addHook('onReady', async () => {
    server.listen({ host, port });
    await once(server, 'listening');
    const address = /** @type {import('node:net').AddressInfo} */ (server.address());
    Object.assign(/** @type {any} */ (app).heaphound, { address });
    app.log.info({ plugin: 'heaphound', address: address.address, port: address.port }, 'heaphound listens apart');
  });
  app.addHook('onClose', async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
}

module.exports = { listenApart };
