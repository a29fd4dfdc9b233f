'use strict';

// The service for plain servers of Node.js: `http.createServer(await createHandler({ auth }))`.

const { openGateway } = require('./gateway');
const { errorAnswer, requestError } = require('./errors');
const { checkPath } = require('./options');
const { serve } = require('./serve');
const { toJson } = require('../words/text');

const DEFAULT_PATH = '/heap-snapshot';

/**
 * @param {import('./index').HandlerOptions} options
 * @returns {Promise<import('./index').Handler>}
 */
async function createHandler({ prefix = '', path = DEFAULT_PATH, ...options }) {
  const base = checkPath('prefix', prefix) + checkPath('path', path);
  const gateway = await openGateway(options);
  /**
   * @param {import('node:http').IncomingMessage} req
   * @param {import('node:http').ServerResponse} res
   * @param {{ mounted?: string, body?: unknown }} [framework]
   */
  const handle = (req, res, framework) => serve(gateway, req, res, { base, ...framework });
  /**
   * @param {import('node:http').IncomingMessage} req
   * @param {import('node:http').ServerResponse} res
   */
  const handler = async (req, res) => {
    if (await handle(req, res)) return;
    const { status, body } = errorAnswer(requestError('HEAPHOUND_ERR_NO_ROUTE', 'there is nothing here'));
    res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(toJson(body));
  };
  return Object.assign(handler, {
    handle,
    service: gateway.service,
    watcher: gateway.watcher,
    isReady: () => gateway.isReady(),
    close: () => gateway.close(),
  });
}

module.exports = { createHandler };
