'use strict';
// Node.js remembers the timings of the first 250 fetches: that fills up, and is no leak.
const { once } = require('node:events');
const http = require('node:http');

let url = '';
exports.before = async () => {
  const server = http.createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1');
  // A busy machine may let a connection lie idle for longer than the five seconds of the default.
  server.keepAliveTimeout = 60_000;
  await once(server, 'listening');
  url = `http://127.0.0.1:${server.address().port}/`;
};
// The client of Node.js lets go of its timers twice a second.
exports.settle = () =>
  new Promise((resolve) => {
    setTimeout(resolve, 1_500);
  });
exports.leak = async (i) => {
  await (await fetch(url + i)).text();
};
exports.expect = { kind: 'other', classes: [], path: [] };
