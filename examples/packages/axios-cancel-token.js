'use strict';
// One token for the whole application: axios before 0.22 never takes a finished request off it.
const http = require('node:http');
const axios = require('axios');

const shutdown = axios.CancelToken.source();
const server = http.createServer((request, response) => response.end('{}'));
let url;
exports.before = () =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      url = `http://127.0.0.1:${server.address().port}/`;
      resolve();
    });
  });
exports.leak = () => axios.get(url, { cancelToken: shutdown.token });
exports.fixed = () => axios.get(url);
exports.expect = {
  line: 'exports.leak = () => axios.get(url, { cancelToken: shutdown.token });',
  kind: 'promises',
  classes: ['ClientRequest', 'RedirectableRequest'],
  path: ['CancelToken', 'promise', 'Promise', 'PromiseReaction'],
};
