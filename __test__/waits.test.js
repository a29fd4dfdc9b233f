'use strict';

// An event may have happened already, or may never come. Each wait looks at the state first, and has a bound or a
// signal: `waits/`, and nothing else, waits.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const http2 = require('node:http2');
const path = require('node:path');
const { EventEmitter, once } = require('node:events');
const { PassThrough } = require('node:stream');
const { test } = require('node:test');
const { openStore } = require('..');
const { unlessGivenUp, within } = require('../waits/bound');
const { nextEvent } = require('../waits/event');
const { responseOver } = require('../waits/response');
const { onAbort } = require('../waits/signal');
const { streamOver } = require('../waits/stream');
const { createHandler } = require('../http');
const { createAuthority } = require('../http/auth');
const { readBody } = require('../http/body');
const { openEvidence } = require('../lib/watch/evidence');

const root = path.join(__dirname, '..');

/** Promises that are made by hand elsewhere, how many of them, and what settles each at the latest. */
const BY_HAND = {
  'cli/output.js': [1, 'a write calls back, also when the stream fails or was destroyed'],
  'http/auth.js': [1, 'raced with the end of the response and a time'],
  'lib/capture/inspector/capture-from.js': [
    1,
    'the next snapshot of the series, or its end: the session ends all of them',
  ],
  'lib/capture/worker/index.js': [1, 'the end of the worker, looked at before, and the signal'],
  'lib/files/collect.js': [1, 'a timer'],
  'lib/capture/inspector/client.js': [1, 'the end of the connection answers all calls'],
  'lib/capture/inspector/door.js': [1, 'the time of the request'],
  'lib/view/index.js': [1, 'close() settles it, also when it fails'],
  'lib/view/turns.js': [1, 'the end of another question, or the signal'],
  'lib/native/index.js': [1, 'never waited for alone: it is raced with the job'],
  'test/measure/child.js': [1, 'the end of the child, or that it did not start'],
  'test/report/scripts.js': [1, 'a session of the own thread answers before the question returns'],
};

/** Listeners to the last event of something that nobody waits for. */
const LISTENERS = {
  'cli/main.js': ['SIGINT'],
  'lib/capture/worker/index.js': ['exit'],
  'lib/capture/worker/end.js': ['exit'],
  'lib/capture/worker/teller.js': ['message'],
  'test/measure/child-main.js': ['message', 'disconnect'],
};

/** All scripts that are shipped, without their comments. */
function scripts() {
  return ['lib', 'http', 'fastify', 'cli', 'test', 'words', 'catalogue'].flatMap((folder) =>
    fs
      .readdirSync(path.join(root, folder), { recursive: true })
      .filter((name) => /\.m?js$/.test(name))
      .map((name) => ({
        name: `${folder}/${name.replaceAll('\\', '/')}`,
        code: fs.readFileSync(path.join(root, folder, name), 'utf8'),
      }))
      .map(({ name, code }) => ({ name, code: code.replace(/\/\*[^]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '') })),
  );
}

test('nothing waits for an event by itself', () => {
  const byHand = {};
  const listeners = {};
  for (const { name, code } of scripts()) {
    const made = code.match(/new Promise\(|withResolvers/g);
    if (made) byHand[name] = made.length;
    const events = [...code.matchAll(/\.once\(\s*'(\w+)'/g)].map(([, event]) => event);
    if (events.length > 0) listeners[name] = events;
    assert.doesNotMatch(
      code,
      /\b(?:once|on)\b[^\n]*require\('(?:node:)?events'\)/,
      `${name}: nextEvent of waits/event.js ends with its signal`,
    );
    assert.doesNotMatch(code, /\bfinished\b[^\n]*require\('(?:node:)?stream/, `${name}: streamOver of waits/stream.js`);
    assert.doesNotMatch(
      code,
      /addEventListener\(\s*'abort'/,
      `${name}: onAbort of waits/signal.js looks whether the signal has fired`,
    );
    assert.doesNotMatch(code, /\.on\(\s*'(?:close|finish|drain)'/, `${name}: an event that may have been: see waits/`);
  }
  assert.deepEqual(byHand, Object.fromEntries(Object.entries(BY_HAND).map(([name, [count]]) => [name, count])));
  assert.deepEqual(listeners, LISTENERS);
});

test('a response that is over is not waited for, whatever ended it', async () => {
  const responses = [];
  const server = http.createServer((_req, res) => responses.push(res) && res.end('x'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  await (await fetch(url)).text();
  await responseOver(responses[0], 2 ** 30);

  server.removeAllListeners('request');
  const arrived = once(server, 'request');
  const leaving = http.get(url).on('error', () => {});
  const [, left] = await arrived;
  const waiting = responseOver(left, 2 ** 30);
  leaving.destroy();
  await waiting;
  await responseOver(left, 2 ** 30);

  const silent = once(server, 'request');
  const client = http.get(url).on('error', () => {});
  const [, open] = await silent;
  await responseOver(open, 1);
  assert.ok(!open.writableEnded, 'the time is over, the response is not');
  client.destroy();
  server.closeAllConnections();
  server.close();
});

test('a response of HTTP/2 whose stream was reset is not waited for', async () => {
  const server = http2.createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  const arrived = once(server, 'request');
  const stream = session.request({ ':path': '/' }).on('error', () => {});
  const [request, response] = await arrived;
  const aborted = once(request, 'aborted');
  stream.close(http2.constants.NGHTTP2_CANCEL);
  await aborted;
  await responseOver(response, 2 ** 30);
  await responseOver(response, 2 ** 30);
  session.close();
  await new Promise((resolve) => server.close(resolve));
});

test('a signal that has fired is heard, one that fires later too, and none never', () => {
  let heard = 0;
  onAbort(AbortSignal.abort(), () => (heard += 1))();
  assert.equal(heard, 1);
  const control = new AbortController();
  const forget = onAbort(control.signal, () => (heard += 1));
  onAbort(control.signal, () => (heard += 10));
  forget();
  control.abort();
  assert.equal(heard, 11);
  onAbort(undefined, () => (heard += 100))();
  assert.equal(heard, 11);
});

test('an event is waited for until it cannot come any more', async () => {
  const emitter = new EventEmitter();
  const reason = new Error('enough');
  await assert.rejects(nextEvent(emitter, 'tick', { signal: AbortSignal.abort(reason) }), reason);
  const ended = assert.rejects(nextEvent(emitter, 'message', { over: 'exit' }), /exit came, and no message before it/);
  emitter.emit('exit');
  await ended;
  const failed = assert.rejects(nextEvent(emitter, 'message', { over: 'exit' }), reason);
  emitter.emit('error', reason);
  await failed;
  const came = nextEvent(emitter, 'tick', {});
  emitter.emit('tick', 7);
  assert.deepEqual(await came, [7]);
  assert.deepEqual(emitter.eventNames(), []);
});

test('a stream that was destroyed before has ended', async () => {
  const stream = new PassThrough();
  stream.destroy();
  await once(stream, 'close');
  await streamOver(stream);
});

test('work that does not look at its signal is given up, and work that does is waited for', async () => {
  const control = new AbortController();
  const reason = new Error('enough');
  const deaf = unlessGivenUp(new Promise(() => {}), { signal: control.signal, graceMs: 1 });
  const obeying = unlessGivenUp(
    new Promise((resolve) => control.signal.addEventListener('abort', () => resolve('cleared away'))),
    { signal: control.signal, graceMs: 2 ** 30 },
  );
  control.abort(reason);
  await assert.rejects(deaf, reason);
  assert.equal(await obeying, 'cleared away');
  assert.equal(await within(new Promise(() => {}), 1), false);
  assert.equal(await within(Promise.reject(reason), 2 ** 30), true);
});

test('a store closes though its place ignores the signal, and whatever it was asked for ends', async () => {
  const forever = () => new Promise(() => {});
  const store = await openStore({ put: forever, source: forever, delete: forever });
  const take = async ({ stream }) => {
    stream.end('x');
    return {};
  };
  const asked = [store.capture(take), store.putReport('0'.repeat(32), {})].map((work) =>
    assert.rejects(work, { code: 'HEAPHOUND_ERR_CLOSED' }),
  );
  await store.close();
  await Promise.all(asked);
});

test('a presigned store does not wait for ever for a URL', async () => {
  const store = await openStore({ presigned: { urls: () => new Promise(() => {}), timeoutMs: 1, memoryBytes: 100 } });
  const take = async ({ stream }) => {
    stream.end('x');
    return {};
  };
  await assert.rejects(store.capture(take), { code: 'HEAPHOUND_ERR_STORE' });
  await store.close();
});

test('a capture whose store is deaf can be cancelled by a request, and the next one works', async (t) => {
  let isDeaf = true;
  const put = async (stream) => {
    if (isDeaf) await new Promise(() => {});
    stream.resume();
    await once(stream, 'end');
  };
  const key = 'k'.repeat(32);
  const handler = await createHandler({ auth: { bearer: [key] }, store: { put } });
  const server = http.createServer(handler);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const ask = async (method, where) => {
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/heap-snapshot${where}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
    });
    return { status: answer.status, ...(await answer.json()) };
  };
  const { id } = await ask('POST', '');
  const cancelled = await ask('DELETE', `/operations/${id}`);
  assert.deepEqual([cancelled.status, handler.service.operation(id).status], ['cancelled', 'cancelled']);
  isDeaf = false;
  const next = await ask('POST', '?wait=true');
  assert.equal(next.status, 200, JSON.stringify(next));
  await handler.close();
  server.closeAllConnections();
});

test('a promise `after` that is never settled does not keep a capture from being cancelled', async () => {
  const { createService } = require('..');
  const { openPaperStore } = require('./helpers/paper-store');
  const store = openPaperStore();
  const service = createService({ store });
  const waiting = service.capture({ after: new Promise(() => {}) });
  service.cancel(waiting.id);
  await assert.rejects(waiting.done, { code: 'HEAPHOUND_ERR_CANCELLED' });
  store.isGated = false;
  await service.capture().done;
  await service.close();
});

test('a function of the user that the watcher calls is given up when the watcher is stopped', async () => {
  const forever = () => new Promise(() => {});
  const { capture, analyse } = await openEvidence({ capture: forever, analyse: forever, threads: 1 });
  const reason = new Error('stopped');
  const signal = AbortSignal.abort(reason);
  await Promise.all([assert.rejects(capture('x', signal), reason), assert.rejects(analyse([], signal), reason)]);
});

test('a check of the host that answers by itself is a refusal, and is not waited for', async () => {
  const { authenticate } = createAuthority((_req, res, _done) => res.writeHead(418).end());
  const server = http.createServer(async (req, res) => {
    await assert.rejects(authenticate({ headers: {}, remoteAddress: '', response: res, args: [req, res] }), {
      code: 'HEAPHOUND_ERR_AUTH',
    });
    server.emit('refused');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const refused = once(server, 'refused');
  assert.equal((await fetch(`http://127.0.0.1:${server.address().port}`)).status, 418);
  await refused;
  server.closeAllConnections();
  server.close();
});

test('a body whose client has left is an error of the caller, not of the service', async () => {
  const req = Object.assign(new PassThrough(), {
    headers: { 'content-length': '9', 'content-type': 'application/json' },
    httpVersionMajor: 1,
  });
  req.destroy();
  await assert.rejects(readBody(req), { code: 'HEAPHOUND_ERR_BODY' });
});
