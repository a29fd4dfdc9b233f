'use strict';

const { once } = require('node:events');
const http = require('node:http');

/**
 * A server on the loopback that answers as told, until the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {http.RequestListener} answer
 * @returns {Promise<string>} its origin
 */
async function serve(t, answer) {
  const server = http.createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
}

module.exports = { serve };
