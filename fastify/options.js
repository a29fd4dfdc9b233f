'use strict';

const { checkPath, wrong } = require('../http/options');

/**
 * Separates the options of the gateway from those of the routes.
 *
 * @param {any} options
 * @returns {{ forGateway: any, forRoutes: any, prefix?: string, listen?: { host: string, port: number } }}
 */
function checkFastifyOptions({
  prefix,
  listen,
  routes = true,
  path = '/heap-snapshot',
  exposeInDocs = false,
  openapiSecurity,
  routeOpts = {},
  rateLimit,
  logLevel,
  ...forGateway
}) {
  checkPath('path', path);
  if (path === '') throw wrong('path', 'must not be empty');
  for (const [name, value] of Object.entries({ routes, exposeInDocs })) {
    if (typeof value !== 'boolean') throw wrong(name, 'must be true or false');
  }
  if (listen !== undefined && !Number.isInteger(listen?.port)) throw wrong('listen', 'must be { port, host? }');
  if (routeOpts === null || typeof routeOpts !== 'object') throw wrong('routeOpts', 'must be an object');
  // Without routes there are no callers, so no `auth` is needed.
  if (routes === false && forGateway.auth === undefined) forGateway.auth = () => false;
  const forRoutes = { routes, path, exposeInDocs, openapiSecurity, routeOpts, rateLimit, logLevel };
  return { forGateway, forRoutes, prefix, ...(listen && { listen: { host: '127.0.0.1', ...listen } }) };
}

module.exports = { checkFastifyOptions };
