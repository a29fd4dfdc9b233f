'use strict';
// A server has forty more requests under way at each snapshot than at the one before. They all end.
const http = require('node:http');

const waiting = [];
const agent = new http.Agent({ keepAlive: false });
const underWay = [40, 80, 120];
const server = http.createServer((request, response) => waiting.push(response));

function finishAll() {
  const closed = waiting.map((response) => new Promise((resolve) => response.req.socket.once('close', resolve)));
  for (const response of waiting.splice(0)) response.end('done');
  return Promise.all(closed);
}
exports.before = () => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
exports.leak = () => {};
exports.settle = async () => {
  await finishAll();
  const count = underWay.shift();
  const { port } = server.address();
  const arrived = new Promise((resolve) => {
    server.on('request', function seen() {
      if (waiting.length < count) return;
      server.off('request', seen);
      resolve();
    });
  });
  for (let i = 0; i < count; i += 1) http.get({ host: '127.0.0.1', port, agent }, (answer) => answer.resume());
  await arrived;
};
exports.expect = { classes: [], path: [], needsIds: true };
