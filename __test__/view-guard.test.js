'use strict';

// Who may ask the viewer: its page, and nobody else in the browser or on the machine.

const assert = require('node:assert/strict');
const net = require('node:net');
const path = require('node:path');
const { test } = require('node:test');
const { text } = require('node:stream/consumers');
const { viewSnapshots } = require('..');
const { request, startViewer } = require('./helpers/viewer');

const FILE = path.join(__dirname, 'fixtures', 'golden', 'n24-plain.heapsnapshot.gz');
const ROUTES = [
  ['GET', '/api/session'],
  ['GET', '/api/report'],
  ['GET', '/api/s/0/classes'],
  ['GET', '/api/s/0/object/1'],
  ['GET', '/api/compare?before=0&after=1'],
  ['GET', '/api/recent'],
  ['POST', '/api/open'],
  ['POST', '/api/files?name=a.heapsnapshot'],
  ['DELETE', '/api/files/0'],
  ['OPTIONS', '/api/session'],
  ['HEAD', '/api/session'],
  // Ways to write a path that a router reads as the same one.
  ['GET', '/%61pi/session'],
  ['GET', '//api/session'],
  ['GET', '/nothing'],
];

test('without the token there is nothing but the page', async (t) => {
  const { port, token, ask } = await startViewer(t, [FILE]);
  const wrong = [undefined, '', 'x', token.slice(1), `${token}x`, token.toUpperCase(), 'é'.repeat(10)];
  for (const [method, route] of ROUTES) {
    for (const one of wrong) {
      const headers = one === undefined ? {} : { 'x-heaphound-token': Buffer.from(one).toString('latin1') };
      const { status, body } = await request({ port, path: route, method, headers });
      assert.equal(status, 401, `${method} ${route} with ${one}`);
      if (method !== 'HEAD') assert.equal(body.error.code, 'HEAPHOUND_ERR_UNAUTHORIZED');
    }
  }
  assert.equal((await ask('/api/session')).status, 200);
  assert.match(token, /^[\w-]{43}$/);
});

test('another host name, and another origin, are refused: so a name that leads here by DNS is', async (t) => {
  const { port, token, ask } = await startViewer(t, [FILE]);
  const refused = [
    { host: `evil.example:${port}` },
    { host: 'evil.example' },
    { host: `127.0.0.1.evil.example:${port}` },
    { host: `127.0.0.1:${port + 1}` },
    { host: '127.0.0.1' },
    { host: `localhost.:${port}` },
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: `http://localhost:${port}` },
    { origin: `https://127.0.0.1:${port}` },
    { origin: `http://127.0.0.1:${port + 1}` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of refused) {
    const { status, body } = await ask('/api/session', { headers });
    assert.deepEqual([status, body.error?.code], [403, 'HEAPHOUND_ERR_CROSS_SITE'], JSON.stringify(headers));
  }
  for (const headers of refused.filter((it) => it.host !== undefined)) {
    assert.equal((await request({ port, path: '/', headers })).status, 403, 'the page neither');
  }
  const socket = net.connect(port, '127.0.0.1');
  socket.end(`GET /api/session HTTP/1.0\r\nx-heaphound-token: ${token}\r\n\r\n`);
  assert.match(await text(socket), /^HTTP\/1\.1 403 /, 'no host name at all');
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  for (const host of own) {
    const headers = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
    assert.equal((await ask('/api/session', { headers })).status, 200, host);
  }
});

test('it listens on the loopback alone', async (t) => {
  const { viewer } = await startViewer(t, []);
  const elsewhere = Object.values(require('node:os').networkInterfaces())
    .flat()
    .filter((it) => it.family === 'IPv4' && !it.internal);
  for (const { address } of elsewhere) {
    await assert.rejects(fetch(`http://${address}:${viewer.port}/`), (error) => error.cause.code === 'ECONNREFUSED');
  }
  assert.equal(new URL(viewer.url).hostname, '127.0.0.1');
  await assert.rejects(viewSnapshots([], { port: viewer.port }), { code: 'HEAPHOUND_ERR_IO' });
});

test('every answer says that nothing may run, be kept, or be told to others', async (t) => {
  const { port, ask } = await startViewer(t, [FILE]);
  for (const answer of [await ask('/api/session'), await ask('/nothing'), await request({ port, path: '/' })]) {
    const { headers } = answer;
    assert.match(headers['content-security-policy'], /^default-src 'none';.* frame-ancestors 'none'$/);
    assert.doesNotMatch(headers['content-security-policy'], /unsafe|\*|https?:/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
});

test('the address for a command line works once', async (t) => {
  const { viewer, port } = await startViewer(t, []);
  const first = new URL(viewer.oneTimeUrl());
  const second = new URL(viewer.oneTimeUrl());
  const open = async ({ pathname, search }) => (await request({ port, path: pathname + search })).headers.location;
  assert.equal(await open(first), undefined, 'a newer one took its place');
  assert.equal(await open(second), `/${new URL(viewer.url).hash}`);
  assert.equal(await open(second), undefined);
  assert.ok(!second.href.includes(new URL(viewer.url).hash.slice(7)));
});

test('what no schema has is refused, and an answer has 200 rows at most', async (t) => {
  const { ask, settled } = await startViewer(t, [FILE]);
  await settled();
  const refused = [
    '/api/s/0/classes?limit=201',
    '/api/s/0/classes?limit=0',
    '/api/s/0/classes?offset=-1',
    '/api/s/0/classes?sort=toString',
    '/api/s/0/classes?sort=__proto__',
    '/api/s/0/classes?other=1',
    `/api/s/0/classes?search=${'x'.repeat(1001)}`,
    '/api/s/0/objects?detached=perhaps',
    '/api/s/0/objects?minShallowSize=1e400',
    '/api/s/0/object/1/path?ignored=a',
    '/api/s/0/object/-1',
    '/api/s/0/boxes?limit=2001',
    '/api/s/0/boxes?by=colour',
    '/api/s/x/classes',
    '/api/s/1.5/classes',
    '/api/compare?before=0',
    '/api/session?x=1',
  ];
  for (const route of refused) {
    const { status, body } = await ask(route);
    assert.deepEqual([status, body.error?.code], [400, 'HEAPHOUND_ERR_OPTION'], route);
  }
  const missing = await ask('/api/s/7/classes');
  assert.deepEqual([missing.status, missing.body.error.code], [404, 'HEAPHOUND_ERR_NO_FILE']);
  assert.equal((await ask('/api/nothing')).body.error.code, 'HEAPHOUND_ERR_NO_ROUTE');
  for (const route of ['classes', 'objects', 'strings', 'owners']) {
    const { status, body } = await ask(`/api/s/0/${route}`);
    assert.equal(status, 200);
    assert.ok((body.rows ?? body.owners).length <= 200);
  }
  const open = (body, type) => ask('/api/open', { method: 'POST', body, headers: { 'content-type': type } });
  assert.equal((await open('{', 'application/json')).body.error.code, 'HEAPHOUND_ERR_BODY');
  assert.equal(
    (await open('{"path":"/etc/passwd","x":1}', 'application/json')).body.error.code,
    'HEAPHOUND_ERR_OPTION',
  );
  assert.equal((await open('<a/>', 'text/xml')).body.error.code, 'HEAPHOUND_ERR_MEDIA_TYPE');
  const large = await open(JSON.stringify({ path: 'x'.repeat(100_000) }), 'application/json');
  assert.deepEqual([large.status, large.body.error.code], [413, 'HEAPHOUND_ERR_BODY_TOO_LARGE']);
});
