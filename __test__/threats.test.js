'use strict';

// What an endpoint that gives heap dumps has to withstand: the table of docs/service.md, a test for each row, in its
// order.

const assert = require('node:assert/strict');
const { createHash, randomBytes } = require('node:crypto');
const diagnostics = require('node:diagnostics_channel');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { once } = require('node:events');
const { text } = require('node:stream/consumers');
const { after, test } = require('node:test');
const { spawnSync } = require('node:child_process');
const Fastify = require('fastify');
const { openSnapshot, openStore } = require('..');
const heaphound = require('../fastify');
const { whyNoFreeze } = require('../lib/capture/freeze');
const { openPaperStore } = require('./helpers/paper-store');
const { KEY, WITH_KEY, startApp } = require('./helpers/service-app');

const root = path.join(__dirname, '..');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-threats-'));
after(() => fs.rmSync(dir, { recursive: true, force: true }));
const ID = '0'.repeat(32);
const register = async (options, app = Fastify()) => {
  await app.register(heaphound, { store: openPaperStore(), ...options });
  await app.ready();
  return app;
};

/** @param {(messages: any[]) => Promise<void>} work */
async function withAudit(work) {
  const messages = [];
  const listen = (message) => messages.push(message);
  diagnostics.subscribe('heaphound:audit', listen);
  try {
    await work(messages);
  } finally {
    diagnostics.unsubscribe('heaphound:audit', listen);
  }
}

test('secrets in the heap: redacted at the source, and no request can take that back', async () => {
  const { app, call } = await startApp({ store: { dir: path.join(dir, 'secrets') }, capture: { redact: 'strings' } });
  const held = { password: randomBytes(20).toString('hex'), marker: 'markerOfTheTest' };
  for (const body of [{ redact: null }, { redact: 'none' }, { redact: false }])
    assert.equal((await call('POST', '', { payload: body })).statusCode, 400);
  const answer = await call('POST', '?wait=true', { payload: { redact: 'strings' } });
  assert.deepEqual([answer.statusCode, answer.json().redact], [200, 'strings'], answer.body);
  const snapshot = await openSnapshot(answer.json().filePath);
  assert.deepEqual((await snapshot.query({ name: held.password })).length, 0);
  assert.ok((await snapshot.query({ property: '^password$' })).length > 0, 'names stay');
  await snapshot.close();
  await app.close();
});

test('no auth, or auth that is lost on the way: nothing starts, and nothing but true lets in', async () => {
  const none = [
    undefined,
    null,
    {},
    true,
    'basic',
    { bearer: [] },
    { bearer: [undefined] },
    { bearer: [''] },
    { bearer: ['short'] },
    { bearer: [`${KEY} x`] },
    { bearer: KEY },
    { bearer: [KEY], minLength: 1 },
    { bearer: [KEY], other: 1 },
    'none',
    [],
  ];
  for (const auth of none)
    await assert.rejects(register({ auth }), { code: 'HEAPHOUND_ERR_NO_AUTH' }, JSON.stringify(auth));
  await assert.rejects(register({ auth: 'none', dangerouslyAllowUnauthenticated: 'yes' }), {
    code: 'HEAPHOUND_ERR_NO_AUTH',
  });

  let answer;
  const seen = [];
  const app = await register({
    auth: (request) => {
      seen.push(request.headers['x-user']);
      return answer();
    },
  });
  const status = async () =>
    (await app.inject({ method: 'POST', url: '/heap-snapshot', headers: { 'x-user': 'ada' } })).statusCode;
  for (const value of [
    false,
    undefined,
    null,
    0,
    1,
    'true',
    {},
    [],
    new Boolean(true),
    Promise.resolve('yes'),
    Promise.resolve(),
  ]) {
    answer = () => value;
    assert.equal(await status(), 401, String(value));
  }
  const refuse = (statusCode) => () => {
    throw Object.assign(new Error('the database of users'), { statusCode });
  };
  for (const [thrown, expected] of [
    [401, 401],
    [403, 403],
    [429, 429],
    [undefined, 500],
    [200, 500],
    [302, 500],
  ]) {
    answer = refuse(thrown);
    assert.equal(await status(), expected);
    const code = { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 429: 'RATE_LIMIT', 500: 'AUTH' }[expected];
    assert.equal((await app.inject({ method: 'POST', url: '/heap-snapshot' })).json().code, `HEAPHOUND_ERR_${code}`);
  }
  answer = async () => true;
  assert.equal(await status(), 202);
  assert.equal(seen[0], 'ada', 'it is asked with the request of Fastify');
  await app.close();
});

test('no auth, or auth that is lost on the way: chains of @fastify/auth', async () => {
  const app = Fastify();
  await app.register(require('@fastify/auth'));
  const byHeader = (name) => async (request) => {
    if (request.headers[name] !== 'right') throw new Error(`no ${name}`);
  };
  await register({ auth: app.auth([byHeader('x-a'), byHeader('x-b')], { relation: 'and' }) }, app);
  const status = async (headers) => (await app.inject({ method: 'POST', url: '/heap-snapshot', headers })).statusCode;
  assert.equal(await status({}), 401);
  assert.equal(await status({ 'x-a': 'right' }), 401);
  assert.equal(await status({ 'x-a': 'right', 'x-b': 'right' }), 202);
  await app.close();

  for (const refusal of [new Error('no'), 'no', false, 0]) {
    const strange = await register({ auth: (_request, _reply, done) => done(refusal) });
    assert.equal((await strange.inject({ method: 'POST', url: '/heap-snapshot' })).statusCode, 401, String(refusal));
    await strange.close();
  }
});

test('no auth, or auth that is lost on the way: wherever and whenever it is registered', async () => {
  const order = [];
  for (const where of ['first', 'last', 'nested', 'after await']) {
    const app = Fastify();
    const options = {
      auth: { bearer: [KEY] },
      store: openPaperStore(),
      routeOpts: { onRequest: async () => void order.push('host') },
    };
    const host = () => app.addHook('onRequest', async () => {});
    if (where === 'last' || where === 'after await') host();
    if (where === 'after await') await app.after();
    if (where === 'nested') app.register(async (scope) => scope.register(heaphound, options), { prefix: '/in' });
    else app.register(heaphound, options);
    if (where === 'first') host();
    await app.ready();
    const base = `${where === 'nested' ? '/in' : ''}/heap-snapshot`;
    const requests = [
      ['POST', ''],
      ['GET', ''],
      ['POST', '/diff', '{broken'],
      ['GET', '/../../etc'],
      ['GET', '/x'],
      ['DELETE', `/${ID}`],
      ['GET', `/${ID}/download`],
      ['POST', '/leaks', 'x'.repeat(1e6)],
      ['POST', '?wait=maybe'],
    ];
    for (const [method, url, payload] of requests) {
      const headers = payload ? { 'content-type': 'application/json' } : {};
      const { statusCode } = await app.inject({ method, url: `${base}${url}`, payload, headers });
      // What leads out of our path is not ours.
      assert.equal(statusCode, url.includes('..') ? 404 : 401, `${where} ${method} ${url}`);
    }
    assert.deepEqual(order, [], 'the hooks of the host come after');
    await app.close();
  }
});

test('no auth, or auth that is lost on the way: without keys only this machine is served, whatever proxies say', async () => {
  const app = await register({ auth: 'none', dangerouslyAllowUnauthenticated: true }, Fastify({ trustProxy: true }));
  const status = async (more) =>
    (await app.inject({ method: 'GET', url: '/heap-snapshot', headers: { host: 'localhost:3000' }, ...more }))
      .statusCode;
  assert.equal(await status({}), 200);
  assert.equal(await status({ remoteAddress: '::ffff:127.0.0.1', headers: { host: '[::1]:80' } }), 200);
  assert.equal(await status({ remoteAddress: '10.0.0.7' }), 403);
  assert.equal(
    await status({ remoteAddress: '10.0.0.7', headers: { host: 'localhost', 'x-forwarded-for': '127.0.0.1' } }),
    403,
    'a claim of the client',
  );
  const forwarded = [
    'x-forwarded-for',
    'forwarded',
    'via',
    'x-real-ip',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-port',
    'x-forwarded-prefix',
    'x-client-ip',
    'cf-connecting-ip',
    'x-original-url',
    'x-envoy-peer',
  ];
  for (const name of forwarded) {
    assert.equal(
      await status({ headers: { host: 'localhost', [name]: '127.0.0.1' } }),
      403,
      'a proxy on this machine brings strangers',
    );
  }
  await app.close();
});

test('no auth, or auth that is lost on the way: a proxy on this machine that adds nothing, as nginx is by default', async (t) => {
  const app = await register({ auth: 'none', dangerouslyAllowUnauthenticated: true });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => app.close());
  const { port } = app.server.address();
  const ask = async (version) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.write(`GET /heap-snapshot HTTP/${version}\r\nhost: 127.0.0.1:${port}\r\nconnection: close\r\n\r\n`);
    return (await text(socket)).split(' ')[1];
  };
  assert.deepEqual([await ask('1.0'), await ask('1.1')], ['403', '200']);
});

test('an image has more secrets than a snapshot: made and given out by permissions of their own', async (t) => {
  const freeze = { payload: { mode: 'freeze' } };
  const plain = await startApp({ store: { dir: path.join(dir, 'no-images') }, allowDownload: true });
  const refused = await plain.call('POST', '?wait=true', freeze);
  assert.deepEqual([refused.statusCode, refused.json().code], [403, 'HEAPHOUND_ERR_FREEZE_FORBIDDEN']);
  assert.match(refused.json().message, /allowFreeze: true/);
  for (const body of [{ mode: 'fork' }, { mode: 'inline' }, { mode: null }, { allowFreeze: true, mode: 'freeze' }])
    assert.equal((await plain.call('POST', '', { payload: body })).statusCode, 400, JSON.stringify(body));
  assert.deepEqual((await plain.call('GET')).json(), { snapshots: [] }, 'the list has what it always had');
  assert.deepEqual(fs.readdirSync(path.join(dir, 'no-images')), []);
  await plain.app.close();
  await assert.rejects(register({ auth: { bearer: [KEY] }, allowFreeze: true, capture: { redact: 'strings' } }), {
    code: 'HEAPHOUND_ERR_OPTION',
  });
  await assert.rejects(register({ auth: { bearer: [KEY] }, whenNoRoom: 'freeze' }), { code: 'HEAPHOUND_ERR_OPTION' });

  if (whyNoFreeze() !== undefined) return t.skip('this system cannot freeze');
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const encryptTo = await identityToRecipient(await generateX25519Identity());
  for (const isEncrypted of [false, true]) {
    const store = { dir: path.join(dir, `images-${isEncrypted}`), ...(isEncrypted && { encryptTo }) };
    const { app, call } = await startApp({ store, allowFreeze: true, allowDownload: true });
    assert.equal((await call('POST', '', { ...freeze, headers: {} })).statusCode, 401);
    const both = await call('POST', '', { payload: { mode: 'freeze', redact: 'strings' } });
    assert.deepEqual([both.statusCode, both.json().code], [400, 'HEAPHOUND_ERR_OPTION']);
    const accepted = await call('POST', '', freeze);
    assert.equal(accepted.statusCode, 202);
    const { id } = accepted.json();
    await app.heaphound.operation(id).done;
    const operation = (await call('GET', `/operations/${id}`)).json();
    assert.deepEqual(
      [operation.status, operation.image.kind, operation.image.encrypted === 'age'],
      ['done', 'image', isEncrypted],
    );
    const { snapshots, images } = (await call('GET')).json();
    assert.deepEqual([snapshots, images.map((image) => image.id)], [[], [id]]);
    assert.equal((await call('GET', `/${id}`)).json().kind, 'image');
    const snapshot = await app.heaphound.capture().done;
    const analysed = await call('POST', '/diff', { payload: { ids: [snapshot.id, id] } });
    assert.deepEqual([analysed.statusCode, analysed.json().code], [409, 'HEAPHOUND_ERR_IS_IMAGE']);
    await app.heaphound.deleteSnapshot(snapshot.id);
    const given = await call('GET', `/${id}/download`);
    if (isEncrypted) {
      assert.equal(given.statusCode, 200);
      assert.match(given.headers['content-disposition'], new RegExp(`${id}\\.frozen\\.age"$`));
      assert.ok(given.rawPayload.subarray(0, 19).equals(Buffer.from('age-encryption.org/')));
    } else {
      assert.deepEqual([given.statusCode, given.json().code], [403, 'HEAPHOUND_ERR_IMAGE_DOWNLOAD']);
    }
    assert.equal((await call('GET', `/${id}/download`, { headers: {} })).statusCode, 401);
    assert.equal((await call('DELETE', `/${id}`)).statusCode, 204);
    // The table of the snapshot waits for the next one.
    assert.deepEqual(
      fs.readdirSync(store.dir).filter((name) => !name.endsWith('.ids')),
      [],
    );
    await app.close();
  }
});

test('guessable path, lost prefix: it is where it was put, and in no public document', async () => {
  const app = Fastify();
  await app.register(require('@fastify/swagger'));
  await register({ auth: { bearer: [KEY] }, prefix: '/internal', path: '/6f1c/heap' }, app);
  const status = async (url) => (await app.inject({ url, headers: WITH_KEY })).statusCode;
  assert.equal(await status('/internal/6f1c/heap'), 200);
  for (const url of [
    '/heap-snapshot',
    '/internal/heap-snapshot',
    '/6f1c/heap',
    '/heapdump',
    '/actuator/heapdump',
    '/debug/pprof/heap',
  ])
    assert.equal(await status(url), 404);
  assert.doesNotMatch(JSON.stringify(app.swagger()), /6f1c/);
  await app.close();
});

test('denial of service by pause: one at a time, seldom, and never by reading', async () => {
  const { app, store, call } = await startApp({ limits: { cooldownMs: 600_000, maxPerDay: 2 } });
  assert.equal((await call('GET')).statusCode, 200);
  for (const method of ['HEAD', 'OPTIONS', 'PUT', 'PATCH']) assert.equal((await call(method)).statusCode, 404, method);
  assert.equal(store.begun, 0);
  const first = call('POST', '?wait=true');
  await store.whenBegun();
  const more = await Promise.all(Array.from({ length: 20 }, () => call('POST')));
  assert.deepEqual(
    new Set(more.map(({ statusCode, headers }) => `${statusCode} ${headers['retry-after']}`)),
    new Set(['409 10']),
  );
  store.open();
  assert.equal((await first).statusCode, 200);
  const soon = await call('POST');
  assert.deepEqual([soon.statusCode, soon.json().code], [429, 'HEAPHOUND_ERR_COOLDOWN']);
  assert.ok(Number(soon.headers['retry-after']) > 590 && Number(soon.headers['retry-after']) <= 600);
  assert.equal(store.begun, 1);
  await app.close();
});

test('denial of service by pause: a thousand requests without a key start nothing', async () => {
  const { app, store } = await startApp();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${app.server.address().port}/heap-snapshot`;
  const ask = async (headers) => {
    const answer = await fetch(url, { method: 'POST', headers });
    await answer.arrayBuffer();
    return answer.status;
  };
  const flood = Promise.all(
    Array.from({ length: 1000 }, (_, index) => ask({ authorization: `Bearer ${index}${KEY}` })),
  );
  const right = await ask(WITH_KEY);
  const statuses = new Set(await flood);
  assert.equal(right, 202, 'the right key is not locked out');
  for (const status of statuses) assert.ok(status === 401 || status === 429, String(status));
  if (store.begun === 0) await store.whenBegun();
  assert.equal(store.begun, 1, 'that of the right key');
  await app.close();
});

test('out of memory: refused before it begins, with the numbers', async () => {
  const { app, store, call } = await startApp({ capture: { maxMemoryBytes: 1000 } });
  const answer = await call('POST');
  const { code, need, have } = answer.json();
  assert.deepEqual([answer.statusCode, code, have, need > have], [503, 'HEAPHOUND_ERR_NO_HEADROOM', 1000, true]);
  assert.equal(store.begun, 0);
  await app.close();
  const paused = await startApp({ capture: { mode: 'inline', maxPauseMs: 0 } });
  assert.equal((await paused.call('POST')).json().code, 'HEAPHOUND_ERR_MAX_PAUSE');
  assert.ok(paused.app.heaphound.isReady());
  await paused.app.close();
});

test('a full disk: quotas hold, and the oldest go', async () => {
  const place = path.join(dir, 'quota');
  const { app, call } = await startApp({ store: { dir: place, maxFiles: 1 } });
  const [first, second] = [await call('POST', '?wait=true'), await call('POST', '?wait=true')].map(
    (answer) => answer.json().id,
  );
  assert.deepEqual(
    (await call('GET')).json().snapshots.map(({ id }) => id),
    [second],
  );
  assert.equal((await call('GET', `/${first}`)).statusCode, 404);
  await app.close();
  const small = await startApp({ store: { dir: path.join(dir, 'small'), maxTotalBytes: 1 } });
  const answer = await small.call('POST', '?wait=true');
  assert.deepEqual([answer.statusCode, answer.json().code], [507, 'HEAPHOUND_ERR_NO_SPACE'], answer.body);
  await small.app.close();
});

test('path traversal: no text of a request becomes part of a path', async () => {
  const { app, store, call } = await startApp({ allowDownload: true });
  store.isGated = false;
  const ids = [
    '..',
    '%2e%2e',
    '..%2f..%2fetc%2fpasswd',
    '%00',
    ID.slice(1),
    `${ID}0`,
    ID.toUpperCase().replace('0', 'A'),
    `${ID}%2f..`,
    'é',
    '%ff',
    '%c0%ae',
  ];
  for (const id of ids) {
    for (const [method, url] of [
      ['GET', `/${id}`],
      ['DELETE', `/${id}`],
      ['GET', `/${id}/download`],
      ['GET', `/${id}/report`],
      ['GET', `/operations/${id}`],
    ]) {
      const { statusCode, body } = await call(method, url);
      assert.ok(statusCode === 400 || statusCode === 404, `${method} ${url} ${statusCode}`);
      assert.doesNotMatch(body, /root:/);
    }
  }
  for (const body of [
    { tags: ['../../etc'] },
    { tags: ['a/b'] },
    { tags: [''] },
    { path: '/etc/x' },
    { dir: '/etc' },
    { filePath: '/etc/x' },
    { id: '../x' },
    { egress: '../x' },
    { store: 'x' },
  ]) {
    assert.equal((await call('POST', '', { payload: body })).statusCode, 400, JSON.stringify(body));
  }
  const fine = await call('POST', '?wait=true', { payload: { reason: '../../etc/passwd', tags: ['..'] } });
  assert.match(fine.json().id, /^[0-9a-f]{32}$/);
  assert.equal(fine.json().location, 'paper');
  await app.close();
});

test(
  'links and planted files: the directory is private, or nothing starts',
  { skip: process.platform === 'win32' && 'modes of POSIX' },
  async () => {
    const { app, call } = await startApp({ store: { dir: path.join(dir, 'private') } });
    const { filePath } = (await call('POST', '?wait=true')).json();
    assert.equal(fs.statSync(filePath).mode & 0o777, 0o600);
    assert.equal(fs.statSync(path.dirname(filePath)).mode & 0o777, 0o700);
    await app.close();
    const shared = path.join(dir, 'shared');
    fs.mkdirSync(shared);
    fs.chmodSync(shared, 0o777);
    const linked = path.join(dir, 'linked');
    fs.symlinkSync(path.join(dir, 'private'), linked);
    for (const place of [shared, linked]) {
      await assert.rejects(
        register({ auth: { bearer: [KEY] }, store: { dir: place } }),
        { code: 'HEAPHOUND_ERR_STORE_DIRECTORY' },
        place,
      );
    }
  },
);

test('keys that are guessed or timed: hashed, all compared, failures wait and are few lines in the log', async () => {
  const second = `second-${KEY}`;
  const lines = [];
  const { app, call } = await startApp(
    { auth: { bearer: new Set([KEY, second]) } },
    { server: { logger: { level: 'warn', stream: { write: (line) => lines.push(JSON.parse(line)) } } } },
  );
  const status = async (authorization) => (await call('GET', '', { headers: { authorization } })).statusCode;
  for (const key of [KEY, second]) assert.equal(await status(`Bearer ${key}`), 200);
  assert.equal(await status(`bearer ${KEY}`), 200, 'the scheme has no case');
  const wrong = [
    '',
    KEY,
    `Basic ${KEY}`,
    'Bearer',
    `Bearer ${KEY.slice(0, -1)}`,
    `Bearer ${KEY}x`,
    `Bearer ${KEY.toUpperCase()}`,
    `Bearer ${KEY},${second}`,
    `Bearer ${KEY} ${second}`,
    `Bearer undefined`,
    `Token ${KEY}`,
  ];
  for (const header of wrong) assert.equal(await status(header), 401, header);
  assert.equal(await status([`Bearer ${KEY}`, `Bearer ${KEY}`].join(', ')), 401);

  const flood = await Promise.all(Array.from({ length: 200 }, () => call('GET', '', { headers: {} })));
  const refused = flood.filter(({ statusCode }) => statusCode === 429);
  assert.equal(refused.length, 200 - 64, 'some wait, the others are sent away');
  assert.equal(refused[0].headers['retry-after'], '1');
  assert.ok(lines.length <= 11, `${lines.length} lines`);
  await app.close();
});

test('a token in the URL or in the log: only the header counts, and no line has it', async () => {
  let log = '';
  const { app, store, call } = await startApp(
    {},
    { server: { logger: { level: 'trace', stream: { write: (line) => (log += line) } } } },
  );
  store.isGated = false;
  for (const name of ['token', 'access_token', 'key', 'authorization']) {
    assert.equal((await call('POST', `?${name}=right`, { headers: {} })).statusCode, 401);
  }
  const answer = await call('POST', '?wait=true', { payload: { reason: 'why' } });
  assert.equal(answer.statusCode, 200);
  await call('POST', '', { headers: { authorization: `Bearer wrong-${KEY}` } });
  assert.deepEqual(
    [answer.headers['cache-control'], answer.headers['referrer-policy'], answer.headers['x-content-type-options']],
    ['no-store', 'no-referrer', 'nosniff'],
  );
  assert.equal(answer.body.includes(KEY), false);
  await app.close();
  assert.match(log, /capture done/);
  assert.equal(log.includes(KEY), false);
});

test('cross-site requests and DNS rebinding: what a browser sends by itself is not enough', async () => {
  const { app, store, call } = await startApp({
    auth: (request) => /session=1/.test(request.headers.cookie ?? '') || request.headers.authorization !== undefined,
  });
  store.isGated = false;
  const status = async (headers, more) => (await call('POST', '?wait=true', { headers, ...more })).statusCode;
  const cookie = 'session=1';
  assert.equal(await status({ cookie }), 403, 'a cookie is sent by itself');
  assert.equal(await status({ authorization: 'Basic YTpi' }), 403, 'so is a password');
  assert.equal(await status({ cookie, 'x-heaphound': '1' }), 200);
  assert.equal(await status({ cookie, origin: 'https://evil.example' }), 403);
  for (const site of ['cross-site', 'same-site'])
    assert.equal(await status({ cookie, 'x-heaphound': '1', 'sec-fetch-site': site }), 403);
  assert.equal((await call('GET', '', { headers: { cookie, 'sec-fetch-site': 'cross-site' } })).statusCode, 403);
  assert.equal((await call('DELETE', `/${ID}`, { headers: { cookie } })).statusCode, 403);
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ]) {
    assert.equal(await status({ cookie, 'x-heaphound': '1', 'content-type': type }, { payload: '{}' }), 415, type);
  }
  const preflight = await call('OPTIONS', '', {
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  });
  assert.equal(
    Object.keys(preflight.headers).some((name) => name.startsWith('access-control')),
    false,
  );
  await app.close();

  const local = await register({ auth: 'none', dangerouslyAllowUnauthenticated: true });
  assert.equal((await local.inject({ url: '/heap-snapshot', headers: { host: 'evil.example' } })).statusCode, 403);
  await local.close();
  const named = await startApp({ hosts: ['Heap.internal'] });
  assert.equal((await named.call('GET', '', { headers: { ...WITH_KEY, host: 'evil.example' } })).statusCode, 403);
  assert.equal((await named.call('GET', '', { headers: { ...WITH_KEY, host: 'heap.internal:8443' } })).statusCode, 200);
  await named.app.close();
});

test('one heap holds all tenants: giving it out is a permission of its own', async () => {
  const operator = `operator-${KEY}`;
  const off = await startApp();
  assert.deepEqual((await off.call('GET', `/${ID}/download`)).json().code, 'HEAPHOUND_ERR_FORBIDDEN');
  await off.app.close();
  const { app, call } = await startApp({
    store: { dir: path.join(dir, 'tenants') },
    allowDownload: { auth: { bearer: [operator] } },
  });
  const { id, sha256 } = (await call('POST', '?wait=true')).json();
  assert.equal((await call('GET', `/${id}/download`)).statusCode, 401, 'the key of captures is not that of downloads');
  const headers = { authorization: `Bearer ${operator}` };
  assert.equal((await call('GET', '', { headers })).statusCode, 401, 'nor the other way round');
  const file = await call('GET', `/${id}/download`, { headers });
  assert.equal(createHash('sha256').update(file.rawPayload).digest('hex'), sha256);
  assert.match(
    file.headers['content-disposition'],
    new RegExp(`^attachment; filename="\\d{8}T\\d{9}Z-${id}\\.heapsnapshot\\.zst"$`),
  );
  await app.close();
});

test('slow clients and abandoned downloads: only files are given out, and they are let go', async () => {
  const store = await openStore({ dir: path.join(dir, 'slow') });
  const releases = [];
  const hold = store.hold.bind(store);
  store.hold = async (id) => {
    const release = await hold(id);
    const released = new Promise((resolve) => releases.push(resolve));
    return async () => {
      await release();
      releases.at(-1)(released);
    };
  };
  const { app, call } = await startApp({ store, allowDownload: true });
  const { id } = (await call('POST', '?wait=true')).json();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const released = new Promise((resolve) => {
    store.hold = async (one) => {
      const release = await hold(one);
      return async () => {
        await release();
        resolve();
      };
    };
  });
  const socket = net.connect(app.server.address().port, '127.0.0.1');
  socket.write(`GET /heap-snapshot/${id}/download HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${KEY}\r\n\r\n`);
  await once(socket, 'data');
  socket.destroy();
  await released;
  await app.close();
  await store.close();
});

test('slow clients and abandoned downloads: a client that leaves before the 202 leaves nothing hanging', async () => {
  const { app, store } = await startApp();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const socket = net.connect(app.server.address().port, '127.0.0.1');
  socket.end(`POST /heap-snapshot HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${KEY}\r\n\r\n`, () => socket.destroy());
  if (store.begun === 0) await store.whenBegun();
  store.open();
  await Promise.all(app.heaphound.operations().map(({ done }) => done));
  await app.close();
});

test('repudiation: who asked, from where, for what, and what became of it', async () => {
  await withAudit(async (messages) => {
    const { app, store, call } = await startApp();
    store.isGated = false;
    await call('POST', '', { headers: {}, remoteAddress: '192.0.2.1' });
    const { id } = (
      await call('POST', '?wait=true', { payload: { reason: 'why' }, remoteAddress: '192.0.2.7' })
    ).json();
    await call('POST', '', { payload: { tags: 7 } });
    await call('DELETE', `/${id}`);
    await app.close();
    const told = messages.map(({ action, outcome, by, code, reason, operation, params }) => ({
      action,
      outcome,
      who: by.who.replace(/:.*/, ''),
      address: by.address,
      code,
      reason,
      id: operation ?? params?.id,
    }));
    const plain = (message) => Object.fromEntries(Object.entries(message).filter(([, value]) => value !== undefined));
    assert.deepEqual(told.map(plain), [
      {
        action: 'capture',
        outcome: 'refused',
        who: 'unknown',
        address: '192.0.2.1',
        code: 'HEAPHOUND_ERR_UNAUTHORIZED',
      },
      { action: 'capture', outcome: 'done', who: 'bearer', address: '192.0.2.7', reason: 'why', id },
      { action: 'capture', outcome: 'accepted', who: 'bearer', address: '192.0.2.7' },
      { action: 'capture', outcome: 'refused', who: 'bearer', address: '127.0.0.1', code: 'HEAPHOUND_ERR_OPTION' },
      { action: 'delete', outcome: 'accepted', who: 'bearer', address: '127.0.0.1', id },
    ]);
    assert.ok(messages.every(({ at }) => !Number.isNaN(Date.parse(at))));
    assert.equal(JSON.stringify(messages).includes(KEY), false);
  });
});

test('integrity: random names, nothing is overwritten, and the hash is that of the file', async () => {
  const store = await openStore({ dir: path.join(dir, 'integrity') });
  const { app, call } = await startApp({ store });
  const { id, sha256, filePath } = (await call('POST', '?wait=true')).json();
  assert.equal(createHash('sha256').update(fs.readFileSync(filePath)).digest('hex'), sha256);
  const before = fs.statSync(filePath);
  await assert.rejects(
    store.capture((target) => require('..').captureSnapshot(target), { id }),
    { code: 'HEAPHOUND_ERR_EXISTS' },
  );
  assert.deepEqual(fs.statSync(filePath), before);
  await app.close();
  await store.close();
});

test('server-side request forgery: no address comes from a request', async () => {
  const { app, store, call } = await startApp();
  const url = 'http://169.254.169.254/latest/meta-data';
  for (const name of [
    'url',
    'presigned',
    'presignedUrl',
    'egress',
    'webhook',
    'endpoint',
    'bucket',
    'put',
    's3',
    'source',
  ]) {
    for (const where of ['', '/diff', '/leaks', '/rules/trend']) {
      const { statusCode } = await call('POST', where, { payload: { [name]: url } });
      assert.ok(
        statusCode === 400 || (where.startsWith('/rules') && statusCode === 404),
        `${where} ${name} ${statusCode}`,
      );
    }
    assert.equal((await call('POST', `?${name}=${encodeURIComponent(url)}`)).statusCode, 400);
  }
  assert.equal((await call('POST', '/leaks', { payload: { ids: [url, url] } })).statusCode, 400);
  assert.equal(store.begun, 0);
  await app.close();
});

test('diagnostic reports: the environment is in no answer, log or message', async () => {
  const secret = randomBytes(16).toString('hex');
  process.env.HEAPHOUND_THREATS_SECRET = secret;
  let all = '';
  await withAudit(async (messages) => {
    const { app, store, call } = await startApp(
      {},
      { server: { logger: { level: 'trace', stream: { write: (line) => (all += line) } } } },
    );
    store.isGated = false;
    for (const [method, url] of [
      ['POST', '?wait=true'],
      ['GET', ''],
      ['GET', '/operations'],
      ['GET', '/rules'],
      ['POST', '/leaks?wait=true'],
      ['POST', '?x=1'],
    ])
      all += (await call(method, url)).body;
    await app.close();
    all += JSON.stringify(messages);
  });
  delete process.env.HEAPHOUND_THREATS_SECRET;
  assert.equal(all.includes(secret), false);
  for (const folder of ['lib', 'http', 'fastify']) {
    for (const name of fs
      .readdirSync(path.join(root, folder), { recursive: true })
      .filter((file) => file.endsWith('.js'))) {
      assert.doesNotMatch(
        fs.readFileSync(path.join(root, folder, name), 'utf8'),
        /process\.report|getReport/,
        `${folder}/${name}`,
      );
    }
  }
});

test('hostile dumps: a broken one is an error of its operation, and names are data', async () => {
  const store = openPaperStore();
  store.isGated = false;
  const { app, call } = await startApp({ store });
  const ids = [];
  for (const bytes of ['not a snapshot', '{"snapshot":{"meta":{}},"nodes":[1,2']) {
    const { id } = (await call('POST', '?wait=true')).json();
    const file = path.join(dir, `${id}.heapsnapshot`);
    fs.writeFileSync(file, bytes);
    ids.push([id, file]);
  }
  store.source = async (id) => ids.find(([one]) => one === id)[1];
  const answer = await call('POST', '/leaks?wait=true', { payload: { ids: ids.map(([id]) => id) } });
  assert.equal(answer.statusCode, 500);
  assert.match(answer.json().code, /HEAPHOUND_ERR_(FOREIGN|TRUNCATED|FORMAT)/);
  const [operation] = (await call('GET', '/operations')).json().operations;
  assert.deepEqual([operation.kind, operation.status], ['leaks', 'failed']);

  await store.putReport(ids[0][0], { className: '<script>alert(1)</script>' });
  const report = await call('GET', `/${ids[0][0]}/report`);
  assert.match(report.headers['content-type'], /^application\/json/);
  assert.equal(report.headers['x-content-type-options'], 'nosniff');
  await app.close();
});

test('supply chain: few dependencies, and a service loads Fastify only where it has one already', () => {
  const { dependencies, files } = require('../package.json');
  assert.deepEqual(Object.keys(dependencies).sort(), [
    '@babel/parser',
    '@fastify/error',
    'ajv',
    'fastify',
    'fastify-plugin',
    'pprof-format',
    'semver',
    'ws',
  ]);
  assert.ok(files.includes('http') && files.includes('fastify'));
  const script = `require('./fastify'); require('./http'); require('./http/express');
    const loaded = Object.keys(require.cache).map((file) => /node_modules.((?:@[^/\\\\]+.)?[^/\\\\]+)/.exec(file)?.[1]).filter(Boolean);
    console.log([...new Set(loaded)].sort().join());`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
  assert.equal(stdout.trim(), '@fastify/error,fastify-plugin', stderr);
});
