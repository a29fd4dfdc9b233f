'use strict';
// A Map of a handler far below its server, looked at while requests are under way: these hold it too, on shorter ways
// that are others each time.
const { once } = require('node:events');
const http = require('node:http');

class Session {
  constructor(url) {
    this.url = url;
  }
}

/** The handlers of a program, before the layers that a framework puts around them. */
function routes(isFixed) {
  const sessions = new Map();
  return async (request, response) => {
    if (!isFixed() || sessions.size < 5) sessions.set(request.url, new Session(request.url));
    if (request.url.startsWith('/slow'))
      await new Promise((resolve) => {
        waiting.push(resolve);
      });
    response.end(String(sessions.size));
  };
}

/** Each layer calls the next. */
function layered(handler, layers) {
  if (layers === 0) return handler;
  const next = { handle: layered(handler, layers - 1) };
  return (request, response) => next.handle(request, response);
}

const underWay = [12, 30, 21];
const waiting = [];
let isFixed = false;
let port = 0;

exports.before = async () => {
  const server = http
    .createServer(
      layered(
        routes(() => isFixed),
        14,
      ),
    )
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = server.address().port;
};

async function get(path) {
  const [response] = await once(http.get({ port, host: '127.0.0.1', path, agent: false }), 'response');
  await once(response.resume(), 'end');
}

exports.leak = (i) => get(`/${i}`);
exports.fixed = (i) => {
  isFixed = true;
  return get(`/${i}`);
};
/** The slow requests end, and others begin. */
exports.settle = async () => {
  for (const resolve of waiting.splice(0)) resolve();
  const many = underWay.shift();
  for (let i = 0; i < many; i++) get(`/slow/${i}`);
  while (waiting.length < many) await new Promise(setImmediate);
};
exports.expect = {
  line: 'function routes(isFixed) {',
  kind: 'growing-map',
  classes: ['Session'],
  path: ['handle', 'sessions', 'Map', 'Session'],
};
