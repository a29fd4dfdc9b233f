'use strict';

// A viewer of a test, and its answers.

const http = require('node:http');
const { text } = require('node:stream/consumers');
const { once } = require('node:events');
const { setTimeout: pause } = require('node:timers/promises');
const { viewSnapshots } = require('../..');

/**
 * @param {import('node:test').TestContext} t
 * @param {string[]} files
 * @param {import('../..').ViewOptions} [options]
 */
async function startViewer(t, files, options) {
  const viewer = await viewSnapshots(files, options);
  t.after(() => viewer.close());
  return { viewer, ...clientOf(viewer.url) };
}

/**
 * What the page does.
 *
 * @param {string} url that the viewer printed
 */
function clientOf(url) {
  const { port, hash } = new URL(url);
  const token = hash.replace('#token=', '');
  const ask = (/** @type {string} */ path, /** @type {any} */ how = {}) => request({ port, token, path, ...how });
  /** @param {string} path @param {object} [query] */
  const get = async (path, query = {}) => {
    const { status, body } = await ask(withQuery(path, query));
    if (status !== 200) throw Object.assign(new Error(`${status}: ${JSON.stringify(body)}`), { status, ...body.error });
    return body;
  };
  /** The session, once nothing is being read and the answer is there. */
  const settled = async () => {
    for (;;) {
      const session = await get('/api/session');
      if (isSettled(session)) return session;
      await pause(20);
    }
  };
  return { port: Number(port), token, ask, get, settled };
}

function isSettled({ files, answer }) {
  const isOpen = files.every(({ state }) => state === 'ready' || state === 'failed');
  return isOpen && (['ready', 'failed'].includes(answer.state) || files.every(({ state }) => state === 'failed'));
}

/**
 * @param {string} path
 * @param {object} query
 */
function withQuery(path, query) {
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return `${path}?${search}`;
}

/**
 * A request with any header: `fetch` does not let one set those that matter here.
 *
 * @param {{ port: number | string, token?: string, path: string, method?: string, headers?: object, body?: any }} how
 */
async function request({ port, token, path, method = 'GET', headers = {}, body }) {
  const admitted = token === undefined ? {} : { 'x-heaphound-token': token };
  const req = http.request({ host: '127.0.0.1', port, path, method, headers: { ...admitted, ...headers } });
  if (body?.pipe) body.pipe(req);
  else req.end(body);
  const [res] = await once(req, 'response');
  const content = await text(res);
  const isJson = String(res.headers['content-type']).startsWith('application/json');
  return {
    status: res.statusCode,
    headers: res.headers,
    body: isJson && content !== '' ? JSON.parse(content) : content,
  };
}

module.exports = { clientOf, request, startViewer };
