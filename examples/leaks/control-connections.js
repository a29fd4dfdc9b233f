'use strict';
// A server that has more connections open at each snapshot than at the one before, though fewer new ones each time:
// nothing leaks.
const { once } = require('node:events');
const http = require('node:http');

const open = [12, 31, 40];
const agent = new http.Agent({ keepAlive: true });
let port = 0;
let held = [];

exports.before = async () => {
  const server = http.createServer((request, response) => {
    held.push(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = server.address().port;
};

/** So many requests at once, each on a connection of its own. */
async function serve(many) {
  const requests = Array.from({ length: many }, async (_, i) => {
    const [response] = await once(http.get({ port, host: '127.0.0.1', path: `/${i}`, agent }), 'response');
    await once(response.resume(), 'end');
  });
  while (held.length < many) await new Promise(setImmediate);
  for (const response of held) response.end('ok');
  held = [];
  await Promise.all(requests);
}

exports.leak = () => serve(1);
exports.settle = () => serve(open.shift());
exports.expect = { classes: [], path: [] };
