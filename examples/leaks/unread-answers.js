'use strict';
// A stream of events of which only the first is looked at: the connection stays, and the next fetch opens another.
const { once } = require('node:events');
const { Worker } = require('node:worker_threads');

const server = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:http').createServer((request, response) => {
    response.write('first event\\n'.repeat(1000));
    if (request.url === '/ends') response.end();
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;
let port;

exports.before = async () => {
  [port] = await once(new Worker(server, { eval: true }), 'message');
};
const ask = (path) => fetch(`http://127.0.0.1:${port}${path}`);

exports.leak = async () => {
  const { body } = await ask('/');
  await body.getReader().read();
};
exports.fixed = async () => {
  const answer = await ask('/ends');
  await answer.text();
};
exports.settle = () => new Promise((resolve) => setTimeout(resolve, 200));
exports.operations = 31;
exports.expect = {
  line: null,
  kind: 'requests',
  classes: ['Client'],
  path: ['Pool', 'Array', 'Client'],
};
