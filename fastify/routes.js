'use strict';

// The table of routes as routes of Fastify. Validator, serializer, parsers and error handler are set on each route, so
// that the host's do not replace them.

const { BODY_LIMIT, hasUnreadBody, parseBody } = require('../http/body');
const { ROUTES } = require('../http/routes');
const { flushed } = require('../http/serve');
const { toJson } = require('../words/text');

/** Time limit of these routes, for hosts that have one: a request takes as long as a capture. */
const LONG_MS = 3600_000;
/** Limit for hosts with @fastify/rate-limit; the service has limits of its own. */
const RATE_LIMIT = { max: 10, timeWindow: '10 minutes' };

/** @typedef {import('fastify').FastifyRequest} Request */
/** @typedef {import('fastify').FastifyReply} Reply */

/**
 * @param {any} scope
 * @param {{ gateway: import('../http/gateway').Gateway, path: string, exposeInDocs: boolean, openapiSecurity?:
 *   object[],
 *   routeOpts: any, rateLimit?: any, logLevel?: string }} options
 */
async function routes(
  scope,
  { gateway, path, exposeInDocs, openapiSecurity, routeOpts, rateLimit = RATE_LIMIT, logLevel },
) {
  const base = `${scope.prefix}${path}`;
  /** The principal of each admitted request. @type {WeakMap<object, { who: string, address: string | undefined }>} */
  const admitted = new WeakMap();
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (/** @type {unknown} */ _request, /** @type {string} */ body) => parseBody(body),
  );
  for (const route of ROUTES) {
    const { method, action, isLong } = route;
    const { onRequest = [], config, schema, ...others } = routeOpts;
    scope.route({
      ...others,
      ...(logLevel && { logLevel }),
      ...(isLong && { handlerTimeout: LONG_MS }),
      method,
      url: `${path}${route.path}`,
      exposeHeadRoute: false,
      bodyLimit: BODY_LIMIT,
      config: { ...(action === 'capture' && { rateLimit }), pressureHandler: () => {}, ...config },
      schema: {
        ...toSchema(route),
        hide: !exposeInDocs,
        ...(openapiSecurity && { security: openapiSecurity }),
        ...schema,
      },
      validatorCompiler: () => () => true,
      serializerCompiler: () => toJson,
      onRequest: [admit, ...[onRequest].flat()],
      handler,
      errorHandler: (/** @type {unknown} */ error, /** @type {Request} */ request, /** @type {Reply} */ reply) => {
        if (hasUnreadBody(request.raw)) reply.header('connection', 'close');
        return send(reply, gateway.failure(error));
      },
    });

    /**
     * @this {unknown}
     * @param {Request} request
     * @param {Reply} reply
     */
    async function admit(request, reply) {
      const call = {
        headers: request.headers,
        remoteAddress: request.socket?.remoteAddress,
        httpVersion: request.raw.httpVersion,
        response: reply.raw,
        args: [request, reply],
        self: this,
      };
      admitted.set(request, await gateway.admit(route, call));
    }

    /**
     * @param {Request} request
     * @param {Reply} reply
     */
    async function handler(request, reply) {
      const by = admitted.get(request);
      // This cannot happen: `admit` comes first. If it does, the answer is no.
      if (by === undefined) throw new Error('a request came past the check of who sent it');
      const admittedRequest = {
        params: /** @type {Record<string, string>} */ (request.params),
        query: { .../** @type {Record<string, string>} */ (request.query) },
        body: request.body,
        base: gateway.linkBase(base, request.headers),
        by,
        flushed: flushed(reply.raw),
      };
      return send(reply, await gateway.answer(route, admittedRequest));
    }
  }
}

/**
 * @param {Reply} reply
 * @param {import('../http/routes').Answer} answer
 */
function send(reply, { status, headers = {}, body, stream }) {
  reply.code(status).headers(headers);
  if (stream === undefined && body !== undefined) reply.type('application/json; charset=utf-8');
  return reply.send(stream ?? body);
}

/** @param {import('../http/routes').Route} route */
function toSchema({ summary, body, query, params, answers }) {
  return {
    tags: ['heaphound'],
    summary,
    ...(body && { body, consumes: ['application/json'] }),
    ...(query && { querystring: query }),
    ...(params && { params }),
    response: answers,
  };
}

module.exports = { routes };
