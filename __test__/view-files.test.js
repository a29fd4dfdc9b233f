'use strict';

// The files of the viewer: opened one after the other, dropped, removed, remembered; and its end, which leaves nothing.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const { test } = require('node:test');
const { setTimeout: pause } = require('node:timers/promises');
const { viewSnapshots } = require('..');
const { start } = require('./helpers/command-line');
const { folder } = require('./helpers/folder');
const { clientOf, startViewer } = require('./helpers/viewer');

const FIXTURES = path.join(__dirname, 'fixtures');
const SERIES = [1, 2, 3].map((at) => path.join(FIXTURES, 'sequence', `sessions-${at}.heapsnapshot.gz`));
const [FILE] = SERIES;
const DAMAGED = path.join(FIXTURES, 'corpus', 'handmade', 'bad-truncated-in-edges.heapsnapshot');

const NO_FIFO = process.platform === 'win32' && 'Windows has no such files';

/** Folders for dropped files that are there. */
const dropFolders = () => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('heaphound-view-'));

test('a damaged file beside good ones: it says so, and the answer names what is missing in it', async (t) => {
  const gone = path.join(folder(t), 'gone.heapsnapshot');
  const { get, settled } = await startViewer(t, [SERIES[1], DAMAGED, SERIES[0], gone]);
  const { files, answer } = await settled();
  assert.deepEqual(
    files.map(({ name, state, error }) => [name, state, error?.code]),
    [
      [path.basename(SERIES[0]), 'ready', undefined],
      [path.basename(SERIES[1]), 'ready', undefined],
      [path.basename(DAMAGED), 'failed', 'HEAPHOUND_ERR_TRUNCATED'],
      ['gone.heapsnapshot', 'failed', 'HEAPHOUND_ERR_IO'],
    ],
  );
  assert.deepEqual(answer, { state: 'ready', without: [path.basename(DAMAGED), 'gone.heapsnapshot'] });
  assert.equal((await get('/api/report')).snapshots.length, 2);
  await assert.rejects(get('/api/s/2/classes'), { status: 422, code: 'HEAPHOUND_ERR_TRUNCATED' });
});

test('a file for which there is no memory is refused with the numbers, and the others stay', async (t) => {
  const { settled } = await startViewer(t, [FILE], { maxMemoryBytes: 1000 });
  const { files, answer } = await settled();
  assert.equal(files[0].error.code, 'HEAPHOUND_ERR_NO_HEADROOM');
  assert.match(files[0].error.message, /takes .* MB of memory at least/);
  assert.deepEqual([answer.state, answer.error.code], ['failed', 'HEAPHOUND_ERR_NO_HEADROOM'], 'nobody waits for ever');
  assert.match(answer.error.message, /^No file could be opened\. /);
});

test('a viewer that is ended before it has begun ends', async () => {
  const viewer = await viewSnapshots([FILE], { recent: false, signal: AbortSignal.abort(new Error('enough')) }).catch(
    (error) => error,
  );
  if (viewer instanceof Error) assert.equal(viewer.message, 'enough');
  else await viewer.closed;
});

test('an encrypted file is opened by its private key, and refused without one', async (t) => {
  const { Encrypter, generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const file = path.join(folder(t), 'a.heapsnapshot.age');
  fs.writeFileSync(file, await encrypter.encrypt(fs.readFileSync(FILE)));
  const without = await startViewer(t, [file]);
  assert.equal((await without.settled()).files[0].error.code, 'HEAPHOUND_ERR_ENCRYPTED');
  const { settled } = await startViewer(t, [file], { identities: identity });
  assert.equal((await settled()).files[0].state, 'ready');
});

test('a dropped file is streamed, read, and gone from the disk; it keeps its name', async (t) => {
  const before = dropFolders();
  const { ask, get, settled } = await startViewer(t, []);
  const drop = (name, body) => ask(`/api/files?name=${encodeURIComponent(name)}`, { method: 'POST', body });
  const { status, body } = await drop('Heap.20261127.203015.77.0.001.heapsnapshot', fs.createReadStream(FILE));
  assert.equal(status, 200);
  assert.equal(body.bytes, fs.statSync(FILE).size);
  const { files } = await settled();
  assert.deepEqual([files[0].state, files[0].info.pid], ['ready', 77], 'the name says whose it is');
  assert.equal(files[0].path, 'Heap.20261127.203015.77.0.001.heapsnapshot');
  assert.equal(files[0].info.file, files[0].path);
  await drop('../../\u202e/etc/\u0000a.heapsnapshot', fs.createReadStream(SERIES[1]));
  const session = await settled();
  assert.deepEqual(session.files.map(({ name }) => name).toSorted(), [files[0].name, '_a.heapsnapshot']);
  assert.equal((await get('/api/report')).sort, 'leaks');
  const [made] = dropFolders().filter((name) => !before.includes(name));
  const inside = fs.readdirSync(path.join(os.tmpdir(), made), { recursive: true });
  assert.deepEqual(inside, [], 'nothing of it is kept');
  if (process.platform !== 'win32') assert.equal(fs.statSync(path.join(os.tmpdir(), made)).mode & 0o77, 0);
});

test('a drop that breaks off leaves nothing behind', async (t) => {
  const before = dropFolders();
  const { port, token, get } = await startViewer(t, []);
  const headers = { 'x-heaphound-token': token, 'content-length': 1e9 };
  const req = http.request({ host: '127.0.0.1', port, path: '/api/files?name=a', method: 'POST', headers });
  req.on('error', () => {});
  req.write(Buffer.alloc(1 << 20));
  const made = () => dropFolders().filter((name) => !before.includes(name));
  const content = () => made().flatMap((name) => fs.readdirSync(path.join(os.tmpdir(), name), { recursive: true }));
  while (content().length < 2) await pause(5);
  req.destroy();
  while (content().length > 0) await pause(5);
  assert.deepEqual((await get('/api/session')).files, []);
});

test('a file that is removed is gone from the answer, and positions never mean another file unsaid', async (t) => {
  const { ask, get, settled } = await startViewer(t, SERIES);
  const { revision } = await settled();
  const running = get('/api/compare/all').catch((error) => error);
  assert.equal((await ask('/api/files/0', { method: 'DELETE' })).status, 200);
  const outcome = await running;
  assert.ok(Array.isArray(outcome.rows) ? outcome.rows[0].counts.length === 3 : outcome.code.startsWith('HEAPHOUND_'));
  const session = await settled();
  assert.ok(session.revision > revision);
  assert.deepEqual(
    session.files.map(({ name }) => name),
    SERIES.slice(1).map((file) => path.basename(file)),
  );
  assert.equal((await get('/api/report')).snapshots.length, 2);
  assert.equal((await ask('/api/files/5', { method: 'DELETE' })).status, 404);
});

test('before the order of several files is known, no position means anything', { skip: NO_FIFO }, async (t) => {
  const fifo = path.join(folder(t), 'b.heapsnapshot.gz');
  spawnSync('mkfifo', [fifo]);
  const { get, settled } = await startViewer(t, [SERIES[1], fifo]);
  // The second comes when somebody writes it.
  const states = async () => (await get('/api/session')).files.map(({ state }) => state).join();
  while ((await states()) !== 'ready,reading') await pause(5);
  await assert.rejects(get('/api/s/0/classes'), { status: 409, code: 'HEAPHOUND_ERR_NOT_READY' });
  await assert.rejects(get('/api/compare', { before: 0, after: 1 }), { code: 'HEAPHOUND_ERR_NOT_READY' });
  fs.writeFileSync(fifo, fs.readFileSync(SERIES[0]));
  const { files } = await settled();
  assert.deepEqual(
    files.map(({ name }) => name),
    ['b.heapsnapshot.gz', path.basename(SERIES[1])],
  );
  assert.ok((await get('/api/s/0/classes')).total > 0);
});

test('100 calls at once have the answers that they have one after the other', async (t) => {
  const { get, settled } = await startViewer(t, [FILE]);
  await settled();
  const routes = ['classes?limit=5', 'objects?limit=5', 'object/1', 'strings?limit=5', 'statistics', 'contexts'];
  const paths = Array.from({ length: 100 }, (_, at) => `/api/s/0/${routes[at % routes.length]}`);
  const many = await Promise.all(paths.map((route) => get(route.split('?')[0], params(route))));
  for (const [at, answer] of many.slice(0, routes.length).entries()) {
    assert.deepEqual(answer, await get(paths[at].split('?')[0], params(paths[at])));
    for (let other = at; other < many.length; other += routes.length) assert.deepEqual(many[other], answer);
  }
});

/** @param {string} route */
function params(route) {
  return Object.fromEntries(new URLSearchParams(route.split('?')[1]));
}

test('recent files are remembered in a private file, and only they can be opened by their path', async (t) => {
  const state = folder(t);
  const known = process.env.XDG_STATE_HOME;
  process.env.XDG_STATE_HOME = state;
  t.after(() => {
    if (known === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = known;
  });
  const first = await startViewer(t, [FILE, DAMAGED], { recent: true });
  await first.settled();
  const list = path.join(state, 'heaphound', 'recent.json');
  assert.equal(fs.statSync(list).mode & 0o777, 0o600);
  assert.deepEqual(
    JSON.parse(fs.readFileSync(list, 'utf8')).files.map((file) => file.path),
    [FILE],
  );
  const { ask, get, settled } = await startViewer(t, [], { recent: true });
  const { rows } = await get('/api/recent');
  assert.deepEqual(
    rows.map(({ path: file, name }) => [file, name]),
    [[FILE, path.basename(FILE)]],
  );
  const open = (file) =>
    ask('/api/open', {
      method: 'POST',
      body: JSON.stringify({ path: file }),
      headers: { 'content-type': 'application/json' },
    });
  for (const file of [SERIES[1], '/etc/passwd', `${path.dirname(FILE)}/./${path.basename(FILE)}`]) {
    const { status, body } = await open(file);
    assert.deepEqual([status, body.error.code], [403, 'HEAPHOUND_ERR_FORBIDDEN'], file);
  }
  assert.equal((await open(FILE)).status, 200);
  assert.equal((await settled()).files[0].state, 'ready');
  fs.chmodSync(list, 0o666);
  assert.deepEqual((await get('/api/recent')).rows, [], 'others may have written it');
  const without = await startViewer(t, [FILE]);
  assert.deepEqual((await without.get('/api/recent')).rows, []);
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  test(`heaphound view prints its address alone, and ${signal} ends it without a trace`, async (t) => {
    const tmp = folder(t);
    const environment = { TMPDIR: tmp, XDG_STATE_HOME: folder(t) };
    const child = start(['view', ...SERIES, '--no-open'], { environment });
    const ended = once(child, 'close');
    const errors = [];
    child.stderr.on('data', (chunk) => errors.push(chunk));
    const [line] = await once(child.stdout, 'data');
    assert.match(String(line), /^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/);
    const { ask, settled, port, token } = clientOf(String(line).trim());
    if (signal === 'SIGTERM') await settled();
    await ask('/api/files?name=b.heapsnapshot', { method: 'POST', body: fs.createReadStream(FILE) });
    // One that never ends.
    const headers = { 'x-heaphound-token': token, 'content-length': 1e9 };
    const req = http.request({ host: '127.0.0.1', port, path: '/api/files?name=c', method: 'POST', headers });
    req.on('error', () => {});
    req.write(Buffer.alloc(1 << 16));
    while (!fs.readdirSync(tmp, { recursive: true }).some((name) => path.basename(name) === 'c')) await pause(5);
    child.kill(signal);
    const [code] = await ended;
    assert.deepEqual([code, Buffer.concat(errors).toString(), fs.readdirSync(tmp)], [0, '', []]);
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
  });
}
