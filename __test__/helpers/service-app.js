'use strict';

// A Fastify app with heaphound, as the tests of the service use it.

const Fastify = require('fastify');
const heaphound = require('../../fastify');
const { openPaperStore } = require('./paper-store');

const KEY = 'a-key-of-the-tests-0123456789abcdef';
const WITH_KEY = Object.freeze({ authorization: `Bearer ${KEY}` });

/**
 * @param {object} [options] of the plugin; without a store one of paper is used
 * @param {{ server?: object, before?: (app: import('fastify').FastifyInstance) => unknown }} [app]
 */
async function startApp(options = {}, { server = {}, before = () => {} } = {}) {
  const store = options.store ?? openPaperStore();
  const app = Fastify(server);
  await before(app);
  await app.register(heaphound, { auth: { bearer: [KEY] }, store, ...options });
  await app.ready();
  /**
   * @param {string} method
   * @param {string} [path] below that of the plugin
   * @param {object} [more] of `inject`
   */
  const call = (method, path = '', { headers = WITH_KEY, ...more } = {}) =>
    app.inject({ method, url: `${options.prefix ?? ''}/heap-snapshot${path}`, headers, ...more });
  return { app, store, call };
}

module.exports = { KEY, WITH_KEY, startApp };
