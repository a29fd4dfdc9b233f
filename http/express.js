'use strict';

// The service for Express: `app.use('/internal', await heaphound({ auth }))`.

const { createHandler } = require('./index');

/**
 * @param {import('./index').HandlerOptions} options
 * @returns {Promise<import('./express').Middleware>}
 */
async function heaphound(options) {
  const { handle, service, watcher, isReady, close } = await createHandler(options);
  /** @type {import('./express').Middleware} */
  const middleware = Object.assign(
    async (
      /** @type {import('node:http').IncomingMessage & { baseUrl?: string, body?: unknown }} */ req,
      /** @type {import('node:http').ServerResponse} */ res,
      /** @type {(error?: unknown) => void} */ next,
    ) => {
      if (!(await handle(req, res, { mounted: req.baseUrl, body: req.body }))) next();
    },
    { service, watcher, isReady, close },
  );
  return middleware;
}

module.exports = heaphound;
