'use strict';

// The server of the page: on this machine alone, for whoever has the token.

const { viewError, failureOf } = require('./errors');
const { Guard, newToken } = require('./guard');
const { addRoutes } = require('./routes');
const { CSP_MARK, DATA_MARK, emptyPage } = require('../report/page');
const { toJson } = require('../../words/text');

const ADDRESS = '127.0.0.1';
/** Bytes of a body that is a document. */
const MOST_BODY = 64 << 10;
/** On every answer. What is read out of a heap is nobody else's. */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};
/** All other paths need the token, however they are written. */
const OPEN_PATHS = new Set(['/', '/favicon.ico']);
/** An answer of the API is no page. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";

/**
 * @param {import('./routes').Viewed} viewed
 * @param {number} port 0: the system chooses
 * @returns {Promise<{ url: string, port: number, oneTimeUrl: () => string, close: () => Promise<void> }>}
 */
async function startServer(viewed, port) {
  // Loaded here: Fastify takes a while, and only this needs it.
  const { fastify } = require('fastify');
  const app = fastify({
    bodyLimit: MOST_BODY,
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array', allErrors: false } },
  });
  const token = newToken();
  const guard = new Guard(token);
  app.setReplySerializer((body) => toJson(body));
  app.setErrorHandler((thrown, request, reply) => {
    const { status, error } = failureOf(thrown);
    return reply.code(status).send({ error });
  });
  app.setNotFoundHandler((request, reply) => {
    const error = viewError('HEAPHOUND_ERR_NO_ROUTE', 'there is nothing here');
    return reply.code(404).send({ error: failureOf(error).error });
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...HEADERS, 'content-security-policy': API_POLICY });
    guard.check(request.headers, !OPEN_PATHS.has(request.url.split('?')[0]));
  });
  app.get('/favicon.ico', async (_, reply) => reply.code(204).send());
  app.get('/', async (request, reply) => {
    const { ticket } = /** @type {{ ticket?: unknown }} */ (request.query);
    if (guard.takeTicket(ticket)) return reply.redirect(`/#token=${token}`, 303);
    const { html, csp } = emptyPage({ hasServer: true });
    const policy = `${csp}; frame-ancestors 'none'`;
    return reply
      .headers({ 'content-security-policy': policy, 'content-type': 'text/html; charset=utf-8' })
      .serializer(String)
      .send(html.replace(CSP_MARK, '').replace(DATA_MARK, ''));
  });
  addRoutes(app, viewed);
  await listen(app, port);
  const address = /** @type {import('node:net').AddressInfo} */ (app.server.address());
  guard.listensOn(address.port);
  const base = `http://${ADDRESS}:${address.port}`;
  return {
    url: `${base}/#token=${token}`,
    port: address.port,
    oneTimeUrl: () => `${base}/?ticket=${guard.newTicket()}`,
    close: async () => app.close(),
  };
}

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {number} port
 */
async function listen(app, port) {
  try {
    await app.listen({ host: ADDRESS, port });
  } catch (cause) {
    await app.close();
    const why = /** @type {NodeJS.ErrnoException} */ (cause);
    const advice =
      why.code === 'EADDRINUSE' ? '; another program has the port: leave --port away, or name another' : '';
    const message = `cannot listen on ${ADDRESS}:${port}: ${why.message}${advice}`;
    throw Object.assign(viewError('HEAPHOUND_ERR_IO', message), { cause, isWhole: true });
  }
}

module.exports = { startServer };
