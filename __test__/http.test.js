'use strict';

// The routes without Fastify: one table serves all, so these tests are about what the adapters do themselves.

const assert = require('node:assert/strict');
const http = require('node:http');
const http2 = require('node:http2');
const net = require('node:net');
const { once } = require('node:events');
const { text } = require('node:stream/consumers');
const { test } = require('node:test');
const express = require('express');
const { createHandler } = require('../http');
const heaphound = require('../http/express');
const { ROUTES } = require('../http/routes');
const { openPaperStore } = require('./helpers/paper-store');
const { KEY, WITH_KEY, startApp } = require('./helpers/service-app');

const auth = { bearer: [KEY] };
const JSON_TYPE = { 'content-type': 'application/json' };

/** @param {import('node:http').Server} server */
async function listen(server) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  const ask = async (method, path, { headers = WITH_KEY, body } = {}) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body });
    const content = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: content.startsWith('{') ? JSON.parse(content) : content,
    };
  };
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, ask, stop };
}

test('a plain server serves the same routes', async () => {
  const store = openPaperStore();
  const handler = await createHandler({ auth, store, prefix: '/internal' });
  const { ask, stop } = await listen(http.createServer(handler));
  const accepted = await ask('POST', '/internal/heap-snapshot', {
    headers: { ...WITH_KEY, ...JSON_TYPE },
    body: '{"reason":"plain"}',
  });
  assert.deepEqual(
    [accepted.status, accepted.headers.get('location')],
    [202, `/internal/heap-snapshot/operations/${accepted.body.id}`],
  );
  if (store.begun === 0) await store.whenBegun();
  store.open();
  await handler.service.operation(accepted.body.id).done;
  assert.equal((await ask('GET', accepted.headers.get('location'))).body.snapshot.reason, 'plain');
  store.isGated = false;
  assert.equal((await ask('POST', '/internal/heap-snapshot?wait=true')).status, 200);
  assert.equal((await ask('POST', '/internal/heap-snapshot?wait=true', { headers: {} })).status, 401);
  assert.equal((await ask('DELETE', `/internal/heap-snapshot/${accepted.body.id}`)).status, 204);
  assert.equal((await ask('GET', '/heap-snapshot')).status, 404);
  assert.equal((await ask('GET', '/internal/heap-snapshotX')).status, 404);
  assert.ok(handler.isReady());
  await handler.close();
  assert.equal((await ask('POST', '/internal/heap-snapshot')).body.code, 'HEAPHOUND_ERR_SHUTDOWN');
  await stop();
});

test('only callers with a key learn that a route is not there', async () => {
  const handler = await createHandler({ auth, store: openPaperStore() });
  const { ask, stop } = await listen(http.createServer(handler));
  for (const [method, path, status, allow] of [
    ['PUT', '', 405, 'POST, GET'],
    ['HEAD', '', 405, 'POST, GET'],
    ['GET', '/diff', 400, null],
    ['GET', '/a/b/c', 404, null],
    ['POST', '/operations', 405, 'GET, GET, DELETE'],
    ['GET', '/%ff', 400, null],
  ]) {
    const known = await ask(method, `/heap-snapshot${path}`);
    assert.deepEqual([known.status, known.headers.get('allow')], [status, allow], `${method} ${path}`);
    assert.equal((await ask(method, `/heap-snapshot${path}`, { headers: {} })).status, 401, `${method} ${path}`);
  }
  await handler.close();
  await stop();
});

test('bodies: JSON, small, and read after the key was seen', async () => {
  const store = openPaperStore();
  store.isGated = false;
  const handler = await createHandler({ auth, store });
  const { port, ask, stop } = await listen(http.createServer(handler));
  const post = async (body, type = JSON_TYPE) =>
    (await ask('POST', '/heap-snapshot?wait=true', { headers: { ...WITH_KEY, ...type }, body })).status;
  assert.equal(await post('{}'), 200);
  assert.equal(await post(''), 200);
  assert.equal(await post('{}', { 'content-type': 'application/json; charset=utf-8' }), 200);
  assert.equal(await post('{'), 400);
  assert.equal(await post('{"__proto__":{"reason":"x"}}'), 400);
  assert.equal(await post('{}', { 'content-type': 'text/plain' }), 415);
  assert.equal(await post(new Blob(['{}']), {}), 415, 'no type at all');
  assert.equal(await post(`{"reason":"${'x'.repeat(10_000)}"}`), 413);

  // A client that promises a gigabyte and has no key gets its answer before it has sent it, and is cut off.
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `POST /heap-snapshot HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000000000\r\n\r\n${'x'.repeat(1000)}`,
  );
  assert.match(await text(socket), /^HTTP\/1\.1 401 /);
  // The same by pieces, with the key.
  const pieces = net.connect(port, '127.0.0.1');
  pieces.on('error', () => {});
  pieces.write(
    `POST /heap-snapshot HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
  );
  pieces.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`);
  assert.match(await text(pieces), /^HTTP\/1\.1 413 /);
  await handler.close();
  await stop();
});

test('functions of the host decide as in Fastify', async () => {
  let answer;
  const handler = await createHandler({ auth: (req) => answer(req), store: openPaperStore() });
  const { ask, stop } = await listen(http.createServer(handler));
  for (const [value, status] of [
    [() => true, 200],
    [(req) => req.headers['x-user'] === 'ada', 401],
    [() => 1, 401],
    [() => Promise.reject(new Error('down')), 500],
  ]) {
    answer = value;
    assert.equal((await ask('GET', '/heap-snapshot', { headers: {} })).status, status);
  }
  await handler.close();
  await stop();
  await assert.rejects(createHandler({ store: openPaperStore() }), { code: 'HEAPHOUND_ERR_NO_AUTH' });
});

test('Express serves them where they are mounted, also behind its parser', async () => {
  const store = openPaperStore();
  store.isGated = false;
  const middleware = await heaphound({ auth, store });
  const app = express();
  app.use(express.json());
  app.use('/internal', middleware);
  app.get('/internal/page', (_req, res) => res.send('page'));
  const { ask, stop } = await listen(http.createServer(app));
  const accepted = await ask('POST', '/internal/heap-snapshot', {
    headers: { ...WITH_KEY, ...JSON_TYPE },
    body: '{"reason":"express"}',
  });
  assert.deepEqual([accepted.status, accepted.body.reason], [202, 'express']);
  await middleware.service.operation(accepted.body.id).done;
  assert.equal((await ask('GET', accepted.headers.get('location'))).body.status, 'done');
  assert.equal((await ask('POST', '/internal/heap-snapshot?wait=true')).status, 200);
  assert.equal((await ask('POST', '/internal/heap-snapshot', { headers: JSON_TYPE, body: '{}' })).status, 401);
  assert.equal((await ask('GET', '/internal/page')).body, 'page', 'other routes are not touched');
  await middleware.close();
  await stop();
});

test('a form does not pass because a parser of the host has read it', async () => {
  const store = openPaperStore();
  store.isGated = false;
  const middleware = await heaphound({ auth, store });
  const app = express();
  app.use(express.urlencoded(), express.urlencoded({ type: () => true }), express.text({ type: () => true }));
  app.use(middleware);
  const { ask, stop } = await listen(http.createServer(app));
  for (const [type, body] of [
    ['application/x-www-form-urlencoded', 'reason=form'],
    ['text/plain', '{"reason":"x"}'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/x-www-form-urlencoded', ''],
  ]) {
    const { status, body: answer } = await ask('POST', '/heap-snapshot', {
      headers: { ...WITH_KEY, 'content-type': type },
      body,
    });
    assert.deepEqual([status, answer.code], [415, 'HEAPHOUND_ERR_MEDIA_TYPE'], type);
  }
  const untyped = await ask('POST', '/heap-snapshot', { body: new Blob(['reason=x']) });
  assert.equal(untyped.status, 415, 'without a type it is as simple');
  assert.equal(store.begun, 0);
  assert.equal(
    (await ask('POST', '/heap-snapshot?wait=true')).status,
    200,
    'no body, though the parser made an object of it',
  );
  await middleware.close();
  await stop();
});

test('links lead back through a proxy that takes a part of the path off', async () => {
  const store = openPaperStore();
  store.isGated = false;
  const post = async (handler, headers) => {
    const { ask, stop } = await listen(http.createServer(handler));
    const { headers: answered, body } = await ask('POST', '/heap-snapshot', { headers: { ...WITH_KEY, ...headers } });
    await handler.service.operation(body.id).done;
    await stop();
    assert.equal(answered.get('location'), body.links.self);
    return body.links.self.replace(body.id, 'ID');
  };
  const told = await createHandler({ auth, store });
  assert.equal(await post(told, { 'x-forwarded-prefix': '/svc' }), '/svc/heap-snapshot/operations/ID');
  assert.equal(await post(told, { 'x-forwarded-prefix': '/a/b/' }), '/a/b/heap-snapshot/operations/ID');
  for (const nonsense of ['//evil.example', 'https://evil.example', '/a?b', '/a,/b', 'a'])
    assert.equal(await post(told, { 'x-forwarded-prefix': nonsense }), '/heap-snapshot/operations/ID', nonsense);
  const set = await createHandler({ auth, store, publicPrefix: '/public' });
  assert.equal(await post(set, { 'x-forwarded-prefix': '/svc' }), '/public/heap-snapshot/operations/ID');
  await assert.rejects(createHandler({ auth, store, publicPrefix: 'x' }), { code: 'HEAPHOUND_ERR_OPTION' });
  const { app, call } = await startApp({ publicPrefix: '/public', prefix: '/internal' });
  const { links } = (await call('POST')).json();
  assert.match(links.self, /^\/public\/internal\/heap-snapshot\/operations\//);
  await app.close();
  await told.close();
  await set.close();
});

test('HTTP/2 without a framework', async () => {
  const store = openPaperStore();
  store.isGated = false;
  const handler = await createHandler({ auth, store });
  const server = http2.createServer(handler);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  const ask = async (headers, body) => {
    const stream = session.request({ ':method': 'POST', ':path': '/heap-snapshot?wait=true', ...headers });
    stream.end(body);
    const [answer] = await once(stream, 'response');
    await text(stream);
    return answer[':status'];
  };
  assert.equal(await ask({}), 401);
  assert.equal(await ask(WITH_KEY), 200);
  assert.equal(await ask({ ...WITH_KEY, ...JSON_TYPE }, '{"reason":"h2"}'), 200);
  assert.equal(await ask({ ...WITH_KEY, ...JSON_TYPE }, 'x'.repeat(20_000)), 413);
  session.close();
  await new Promise((resolve) => server.close(resolve));
  await handler.close();
});

test('Fastify and the plain handler answer alike', async () => {
  const { app, call } = await startApp();
  const handler = await createHandler({ auth, store: openPaperStore() });
  const { ask, stop } = await listen(http.createServer(handler));
  for (const { method, path } of ROUTES) {
    if (method === 'POST' && path === '') continue;
    const where = path.replace(':id', '0'.repeat(32)).replace(':name', 'trend');
    for (const headers of [{}, WITH_KEY, { ...WITH_KEY, 'sec-fetch-site': 'cross-site' }]) {
      const [one, other] = [
        await call(method, where, { headers }),
        await ask(method, `/heap-snapshot${where}`, { headers }),
      ];
      assert.deepEqual([one.statusCode, one.body && one.json()], [other.status, other.body], `${method} ${where}`);
    }
  }
  await handler.close();
  await stop();
  await app.close();
});
