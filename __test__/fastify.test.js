'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http2 = require('node:http2');
const os = require('node:os');
const path = require('node:path');
const { once } = require('node:events');
const { text } = require('node:stream/consumers');
const { after, test } = require('node:test');
const Fastify = require('fastify');
const { readReport } = require('..');
const heaphound = require('../fastify');
const { ROUTES } = require('../http/routes');
const { openPaperStore } = require('./helpers/paper-store');
const { startS3rver } = require('./helpers/s3-server');
const { KEY, WITH_KEY, startApp } = require('./helpers/service-app');

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-fastify-'));
after(() => fs.rmSync(dir, { recursive: true, force: true }));
const ID = '0'.repeat(32);

test('the simplest use: a snapshot, a second one, what grew between them', async () => {
  const { app, call } = await startApp({ store: { dir: path.join(dir, 'simple') }, prefix: '/internal' });
  const first = await call('POST', '?wait=true');
  assert.equal(first.statusCode, 200, first.body);
  assert.ok(fs.statSync(first.json().path).size === first.json().storedBytes);
  assert.equal(first.json().filePath, first.json().path, 'the older name');
  assert.equal(first.headers['x-heaphound-operation'], first.json().id);

  const accepted = await call('POST', '', { payload: { reason: 'rising', tags: ['eu-1'] } });
  assert.equal(accepted.statusCode, 202, accepted.body);
  const { id, status, links } = accepted.json();
  assert.deepEqual([status, accepted.headers.location], ['pending', `/internal/heap-snapshot/operations/${id}`]);
  await app.heaphound.operation(id).done;
  const over = await app.inject({ url: accepted.headers.location, headers: WITH_KEY });
  assert.deepEqual(
    [over.json().status, over.json().snapshot.reason, over.json().snapshot.tags],
    ['done', 'rising', ['eu-1']],
  );
  const shown = await app.inject({ url: links.snapshot, headers: WITH_KEY });
  assert.deepEqual(shown.json(), over.json().snapshot);

  const { snapshots } = (await call('GET')).json();
  assert.deepEqual(
    snapshots.map((snapshot) => snapshot.id),
    [id, first.json().id],
  );
  const ids = snapshots.map((snapshot) => snapshot.id);
  const leaks = await call('POST', '/leaks?wait=true', { payload: { ids, limit: 3 } });
  assert.deepEqual([leaks.statusCode, leaks.json().snapshots.length], [200, 2], leaks.body);
  const page = await call('GET', `/${leaks.headers['x-heaphound-operation']}/report.html`);
  assert.deepEqual([page.statusCode, page.headers['content-type']], [200, 'text/html; charset=utf-8'], page.body);
  assert.deepEqual(readReport(page.body, 'page').leaks.accounting, leaks.json().accounting);
  const policy = page.headers['content-security-policy'];
  assert.match(
    policy,
    /^default-src 'none'; script-src 'sha256-[^ ]+'; .*; frame-ancestors 'none'; sandbox allow-scripts$/,
  );
  assert.ok(!policy.includes('connect-src'));
  const diff = await call('POST', '/diff', { payload: { ids } });
  assert.equal(diff.statusCode, 202, diff.body);
  await app.heaphound.operation(diff.json().id).done;
  const report = await app.inject({ url: diff.json().links.report, headers: WITH_KEY });
  assert.ok(report.json().after.totalSize > 0);
  const none = await call('GET', `/${diff.json().id}/report.html`);
  assert.deepEqual([none.statusCode, none.json().code], [409, 'HEAPHOUND_ERR_REPORT'], none.body);

  assert.equal((await call('DELETE', `/${id}`)).statusCode, 204);
  for (const [method, where] of [
    ['GET', `/${id}`],
    ['DELETE', `/${id}`],
    ['GET', `/${id}/report`],
    ['GET', `/operations/${ID}`],
    ['DELETE', `/operations/${ID}`],
  ]) {
    assert.equal((await call(method, where)).statusCode, 404, `${method} ${where}`);
  }
  assert.equal((await call('POST', '/leaks', { payload: { ids } })).statusCode, 404, 'said before it is accepted');
  await app.close();
});

test('with a bucket as the store nothing stays on this machine, and leaks are found from there', async (t) => {
  const { app, call } = await startApp({ store: { s3: await startS3rver(t) } });
  const held = [];
  const ids = [];
  for (let index = 0; index < 2; index += 1) {
    const answer = await call('POST', '?wait=true');
    assert.deepEqual(
      [answer.statusCode, answer.json().filePath, answer.json().mode],
      [200, undefined, app.heaphound.mode],
      answer.body,
    );
    ids.push(answer.json().id);
    for (let count = 0; count < 500; count += 1)
      held.push(
        new (class Parcel {
          number = count;
        })(),
      );
  }
  const { leaks, snapshots } = (await call('POST', '/leaks?wait=true', { payload: { ids } })).json();
  assert.ok(
    leaks.some(({ className }) => className === 'Parcel'),
    JSON.stringify(leaks),
  );
  assert.deepEqual(
    snapshots.map(({ file }) => file),
    [undefined, undefined],
  );
  await app.close();
});

test('the 202 is on its way before the capture begins', async () => {
  const order = [];
  const { app, store } = await startApp(
    {},
    { before: (host) => host.addHook('onResponse', async () => void order.push('answered')) },
  );
  store.isGated = false;
  const { capture } = store;
  store.capture = (...parameters) => {
    order.push('begun');
    return capture.apply(store, parameters);
  };
  await app.listen({ host: '127.0.0.1', port: 0 });
  const answer = await fetch(`http://127.0.0.1:${app.server.address().port}/heap-snapshot`, {
    method: 'POST',
    headers: WITH_KEY,
  });
  await app.heaphound.operation((await answer.json()).id).done;
  assert.deepEqual(order, ['answered', 'begun']);
  await app.close();
});

test('a capture can be cancelled, and whoever waits for it gets the error', async () => {
  const { app, store, call } = await startApp();
  const waiting = call('POST', '?wait=true');
  await store.whenBegun();
  const [{ id }] = (await call('GET', '/operations')).json().operations;
  const cancelled = await call('DELETE', `/operations/${id}`);
  assert.deepEqual([cancelled.statusCode, cancelled.json().status], [200, 'cancelled']);
  const { statusCode, code } = (await waiting).json();
  assert.deepEqual([statusCode, code], [409, 'HEAPHOUND_ERR_CANCELLED']);
  await app.close();
});

test('closing the app ends a capture, and answers who waits for it', async () => {
  const { app, store } = await startApp();
  await app.listen({ host: '127.0.0.1', port: 0 });
  const waiting = fetch(`http://127.0.0.1:${app.server.address().port}/heap-snapshot?wait=true`, {
    method: 'POST',
    headers: WITH_KEY,
  });
  await store.whenBegun();
  await app.close();
  const answer = await waiting;
  assert.deepEqual([answer.status, (await answer.json()).code], [503, 'HEAPHOUND_ERR_SHUTDOWN']);
});

test('the decorator works without routes, and without auth then', async () => {
  const store = openPaperStore();
  store.isGated = false;
  const app = Fastify();
  await app.register(heaphound, { routes: false, store });
  await app.ready();
  assert.equal((await app.heaphound.capture({ reason: 'by the app' }).done).reason, 'by the app');
  assert.equal((await app.inject({ method: 'POST', url: '/heap-snapshot' })).statusCode, 404);
  assert.ok(app.heaphound.isReady());
  await app.close();
  assert.throws(() => app.heaphound.capture(), { code: 'HEAPHOUND_ERR_SHUTDOWN' });
});

test('one registration serves the app', async () => {
  const app = Fastify();
  const options = { auth: { bearer: [KEY] }, store: openPaperStore() };
  await app.register(heaphound, options);
  await assert.rejects(async () => await app.register(heaphound, { ...options, prefix: '/b' }), {
    code: 'FST_HEAPHOUND_ALREADY_REGISTERED',
  });
  await app.close();
});

test('options are checked when it is registered', async () => {
  const store = openPaperStore();
  const auth = { bearer: [KEY] };
  const wrong = [
    { nonsense: 1 },
    { prefix: 'internal' },
    { prefix: '/a/:id' },
    { path: '' },
    { path: '/a/*' },
    { routes: 1 },
    { allowDownload: 'yes' },
    { hosts: 'a' },
    { watch: 1 },
    { listen: {} },
    { capture: { path: '/x' } },
    { limits: { a: 1 } },
    { routeOpts: null },
  ];
  for (const options of wrong) {
    await assert.rejects(
      async () => await Fastify().register(heaphound, { auth, store, ...options }),
      { code: 'HEAPHOUND_ERR_OPTION' },
      JSON.stringify(options),
    );
  }
});

test('bodies that the schemas refuse are refused, and others are not', async () => {
  const Ajv = require('ajv');
  const ajv = new Ajv({ strict: false, formats: { 'date-time': true, binary: true } });
  const { app, store, call } = await startApp({ limits: { maxPerDay: 1000 } });
  store.isGated = false;
  const two = [ID, '1'.repeat(32)];
  for (const id of two) await store.capture(undefined, { id, startedAt: '' }, {});
  const many = Array.from({ length: 11 }, (_, index) => String(index).padStart(32, '0'));
  const bodies = {
    '': [
      undefined,
      {},
      { reason: 'x' },
      { reason: 'x'.repeat(1001) },
      { reason: 7 },
      { reason: null },
      { tags: [] },
      { tags: ['a'] },
      { tags: ['../a'] },
      { tags: 'a' },
      { tags: Array(17).fill('a') },
      { redact: 'strings' },
      { redact: true },
      { path: '/x' },
      { trigger: 'x' },
      [],
      'x',
      7,
    ],
    '/diff': [
      undefined,
      {},
      { ids: two },
      { ids: [ID] },
      { ids: [ID, ID] },
      { ids: many.slice(0, 3) },
      { ids: [ID, 'x'] },
      { ids: two, limit: 1001 },
      { ids: two, limit: 10 },
      { ids: two, limit: -1 },
      { ids: two, compareBy: 'ids' },
      { ids: two, compareBy: 'x' },
      { ids: two, operations: 3 },
      [],
    ],
    '/leaks': [
      undefined,
      { ids: two, operations: 3 },
      { ids: two, operations: [3] },
      { ids: two, operations: [] },
      { ids: two, operations: 0 },
      { ids: two, operations: '3' },
      { ids: many },
      { ids: two, limit: 1.5 },
    ],
  };
  for (const [where, list] of Object.entries(bodies)) {
    const { body: schema } = ROUTES.find((route) => route.method === 'POST' && route.path === where);
    const isValid = ajv.compile(schema);
    for (const body of list) {
      const answer = await call(
        'POST',
        where,
        body === undefined
          ? {}
          : { payload: JSON.stringify(body), headers: { ...WITH_KEY, 'content-type': 'application/json' } },
      );
      const expected = isValid(body ?? null) ? 202 : 400;
      assert.equal(answer.statusCode, expected, `${where} ${JSON.stringify(body)} ${answer.body}`);
      await Promise.allSettled(app.heaphound.operations().map(({ done }) => done));
    }
  }
  await app.close();
});

test('answers are as their schemas say', async () => {
  const Ajv = require('ajv');
  const ajv = new Ajv({ strict: false, formats: { 'date-time': true, binary: true } });
  const { app, store, call } = await startApp();
  store.isGated = false;
  const id = (await call('POST', '?wait=true')).json().id;
  await store.putReport(id, { found: [] });
  const where = { ':id': id, ':name': 'trend' };
  for (const { method, path: pattern, answers, action } of ROUTES) {
    const answer = await call(
      method,
      pattern
        .replace(action.includes('operation') || action === 'cancel' ? 'x' : /:\w+/, (name) => where[name])
        .replace(':id', id),
      method === 'POST' ? { payload: {} } : {},
    );
    const schema = answers[answer.statusCode];
    assert.ok(schema, `${method} ${pattern} has no schema for ${answer.statusCode}`);
    if (answer.body !== '')
      assert.ok(ajv.validate(schema, answer.json()), `${method} ${pattern} ${answer.body} ${ajv.errorsText()}`);
  }
  await app.close();
});

test('the plugins of Fastify beside it, and none of them needed', async () => {
  const { app, store, call } = await startApp(
    { exposeInDocs: true, openapiSecurity: [{ bearer: [] }] },
    {
      before: async (host) => {
        await host.register(require('@fastify/swagger'), {
          openapi: { components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } } },
        });
        await host.register(require('@fastify/helmet'));
        await host.register(require('@fastify/under-pressure'), {
          healthCheck: async () => host.heaphound.isReady(),
          healthCheckInterval: 1e6,
          exposeStatusRoute: '/status',
        });
        await host.register(require('@fastify/rate-limit'), { max: 1000 });
        // What a host with other ideas of validation does.
        host.setValidatorCompiler(() => () => ({ error: new Error('the validator of the host') }));
        host.setSerializerCompiler(() => () => '"the serializer of the host"');
        host.setErrorHandler((_error, _request, reply) => reply.code(418).send('the error handler of the host'));
        host.addContentTypeParser('*', (_request, _payload, done) => done(null, 'the parser of the host'));
      },
    },
  );
  store.isGated = false;
  const answer = await call('POST', '?wait=true', { payload: { reason: 'x' } });
  assert.deepEqual([answer.statusCode, answer.json().reason], [200, 'x']);
  assert.ok(
    answer.headers['content-security-policy'] && answer.headers['x-ratelimit-limit'] === '10',
    'helmet and rate-limit see it',
  );
  assert.equal((await call('GET', '/nonsense')).json().code, 'HEAPHOUND_ERR_OPTION');
  assert.equal((await call('POST', '', { headers: {} })).statusCode, 401);
  const { paths } = app.swagger();
  assert.deepEqual(
    Object.keys(paths['/heap-snapshot/']?.post ?? paths['/heap-snapshot'].post).includes('security'),
    true,
  );
  for (let count = 0; count < 9; count += 1) assert.equal((await call('POST', '?wait=true')).statusCode, 200);
  const limited = await call('POST', '?wait=true');
  assert.deepEqual(
    [limited.statusCode, limited.json().code, limited.json().error],
    [429, 'HEAPHOUND_ERR_RATE_LIMIT', 'Too Many Requests'],
    limited.body,
  );
  assert.ok(Number(limited.headers['retry-after']) > 0);
  await app.close();
});

test('a request that a hook of the host refuses is answered with its status', async () => {
  let statusCode;
  const refuse = async () => {
    throw Object.assign(new Error('not now'), { statusCode });
  };
  const { app, call } = await startApp({ routeOpts: { onRequest: refuse } });
  for (const [status, code] of [
    [401, 'UNAUTHORIZED'],
    [403, 'FORBIDDEN'],
    [429, 'RATE_LIMIT'],
    [418, 'REFUSED'],
    [451, 'REFUSED'],
  ]) {
    statusCode = status;
    const answer = await call('GET');
    assert.deepEqual(
      [answer.statusCode, answer.json().code, answer.json().message],
      [status, `HEAPHOUND_ERR_${code}`, 'not now'],
    );
  }
  await app.close();
});

test('rate limits and pressure of the host do not lock operators out of the lists', async () => {
  const { app, call } = await startApp(
    {},
    {
      before: async (host) => {
        await host.register(require('@fastify/under-pressure'), {
          healthCheck: async () => false,
          healthCheckInterval: 1e6,
        });
        host.get('/page', async () => 'page');
      },
    },
  );
  assert.equal((await app.inject('/page')).statusCode, 503);
  assert.equal((await call('GET', '/operations')).statusCode, 200);
  await app.close();
});

test('it works over HTTP/2', async () => {
  const { app, store } = await startApp({}, { server: { http2: true } });
  store.isGated = false;
  await app.listen({ host: '127.0.0.1', port: 0 });
  const session = http2.connect(`http://127.0.0.1:${app.server.address().port}`);
  const ask = async (headers, body = '') => {
    const stream = session.request({ ':method': 'POST', ':path': '/heap-snapshot', ...headers });
    stream.end(body);
    const [answer] = await once(stream, 'response');
    return { status: answer[':status'], location: answer.location, body: JSON.parse(await text(stream)) };
  };
  assert.equal((await ask({})).status, 401);
  assert.equal((await ask({}, 'x'.repeat(100_000))).status, 401);
  const { status, location, body } = await ask({ ...WITH_KEY, 'content-type': 'application/json' }, '{"reason":"h2"}');
  assert.deepEqual([status, location], [202, `/heap-snapshot/operations/${body.id}`]);
  await app.heaphound.operation(body.id).done;
  session.close();
  await app.close();
});

test('the routes can listen apart, on a port that the app does not have', async () => {
  const { app, store, call } = await startApp({ listen: { port: 0 }, prefix: '/internal' });
  store.isGated = false;
  assert.equal((await call('POST')).statusCode, 404);
  const { address, port } = app.heaphound.address;
  assert.equal(address, '127.0.0.1');
  const base = `http://127.0.0.1:${port}/internal/heap-snapshot`;
  assert.equal((await fetch(base, { method: 'POST' })).status, 401);
  assert.equal((await fetch(`${base}?wait=true`, { method: 'POST', headers: WITH_KEY })).status, 200);
  assert.equal((await fetch(`http://127.0.0.1:${port}/`, { headers: WITH_KEY })).status, 404);
  await app.close();
  await assert.rejects(fetch(base));
});

test('the watcher watches through the service, and its rules can be switched', async () => {
  const { app, call } = await startApp({ watch: { rules: { 'rss-gap': false } } });
  const { rules } = (await call('GET', '/rules')).json();
  assert.equal(rules.find(({ name }) => name === 'rss-gap').enabled, false);
  assert.deepEqual((await call('POST', '/rules/rss-gap', { payload: { enabled: true } })).json().enabled, true);
  assert.equal((await call('POST', '/rules/nonsense', { payload: { enabled: true } })).statusCode, 400);
  assert.equal((await call('POST', '/rules/rss-gap', { payload: {} })).statusCode, 400);
  assert.equal((await call('GET', '/rules')).json().rules.find(({ name }) => name === 'rss-gap').enabled, true);
  await app.close();
  await assert.rejects(startApp({ watch: { nonsense: 1 } }), { code: 'HEAPHOUND_ERR_OPTION' });
});

test('rules are 404 without a watcher', async () => {
  const { app, call } = await startApp();
  assert.equal((await call('GET', '/rules')).json().code, 'HEAPHOUND_ERR_NO_WATCHER');
  assert.equal(
    (await call('POST', '/rules/trend', { payload: { enabled: false } })).json().code,
    'HEAPHOUND_ERR_NO_WATCHER',
  );
  await app.close();
});
