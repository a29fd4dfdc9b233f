'use strict';
// A route that forgets to answer; the client waits, and so does all of the request.
const http = require('node:http');

let port;
exports.operations = 31;
const agent = new http.Agent({ keepAlive: true });
const server = http.createServer((request, response) => {
  if (request.url !== '/forgotten') response.end();
});
exports.before = () =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      port = server.address().port;
      resolve();
    });
  });
const get = (path, agent) => http.get({ host: '127.0.0.1', port, path, agent });
exports.leak = () =>
  new Promise((resolve) => {
    server.once('request', () => setImmediate(resolve));
    get('/forgotten');
  });
exports.fixed = () =>
  new Promise((resolve) => {
    get('/', agent).once('response', (response) => response.resume().once('close', resolve));
  });
exports.expect = {
  line: 'unfinished-requests.js',
  kind: 'requests',
  classes: ['IncomingMessage', 'ServerResponse', 'ClientRequest', 'Socket'],
  path: ['Socket'],
};
