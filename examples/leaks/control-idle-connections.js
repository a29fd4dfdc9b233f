'use strict';
// Thirty more clients at each snapshot than at the one before. Each keeps its connection for the next request, until
// the timer of the server closes it.
const { fork } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');

const CLIENT = 'client-of-control-idle-connections';

if (process.argv[2] === CLIENT) {
  const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 1000 });
  process.on('message', async ({ port, count }) => {
    const requests = Array.from({ length: count }, async () => {
      const [response] = await once(http.get({ host: '127.0.0.1', port, agent }), 'response');
      await once(response.resume(), 'end');
    });
    await Promise.all(requests);
    process.send('answered');
  });
}

const clients = [30, 60, 90];
let child;
let arrived = { count: 0, resolve: undefined };
const waiting = [];
const server = http.createServer((request, response) => {
  waiting.push(response);
  if (waiting.length === arrived.count) arrived.resolve();
});
// Longer than all of this takes.
server.keepAliveTimeout = 600_000;

exports.before = async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  child = fork(__filename, [CLIENT]);
};
exports.leak = () => {};
exports.settle = async () => {
  const count = clients.shift();
  const all = new Promise((resolve) => {
    arrived = { count, resolve };
  });
  child.send({ port: server.address().port, count });
  await all;
  const answered = once(child, 'message');
  for (const response of waiting.splice(0)) response.end('done');
  await answered;
};
exports.expect = { classes: [], path: [] };
