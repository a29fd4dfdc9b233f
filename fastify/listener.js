'use strict';

// Serves the routes on a port of their own, which the app's load balancer does not know.

const http = require('node:http');
const { nextEvent } = require('../waits/event');
const { within } = require('../waits/bound');
const { requestError } = require('../http/errors');
const { serve } = require('../http/serve');
const { toJson } = require('../words/text');

/** Time limit for closing the connections. */
const CLOSE_MS = 5_000;

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {import('../http/gateway').Gateway} gateway
 * @param {{ host: string, port: number, base: string }} where
 */
function listenApart(app, gateway, { host, port, base }) {
  const server = http.createServer({ requestTimeout: 10_000 }, async (req, res) => {
    if (await serve(gateway, req, res, { base })) return;
    const { status, headers, body } = gateway.failure(requestError('HEAPHOUND_ERR_NO_ROUTE', 'there is nothing here'));
    res.writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8' }).end(toJson(body));
  });
  app.addHook('onReady', async () => {
    server.listen({ host, port });
    await nextEvent(server, 'listening', { over: 'close' });
    const address = /** @type {import('node:net').AddressInfo} */ (server.address());
    Object.assign(/** @type {{ heaphound: object }} */ (/** @type {unknown} */ (app)).heaphound, { address });
    app.log.info({ plugin: 'heaphound', address: address.address, port: address.port }, 'heaphound listens apart');
  });
  app.addHook('onClose', async () => {
    if (!server.listening) return;
    const closed = nextEvent(server, 'close', {});
    server.close();
    server.closeAllConnections();
    await within(closed, CLOSE_MS);
  });
}

module.exports = { listenApart };
