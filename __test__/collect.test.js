'use strict';

// Snapshots that Node writes by itself, picked up from a directory.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const v8 = require('node:v8');
const zlib = require('node:zlib');
const { collectSnapshots, openSnapshot } = require('..');
const { folder } = require('./helpers/folder');

const MAIN = path.join(__dirname, '..', 'cli', 'main.js');

let whole;
before(() => {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
  whole = fs.readFileSync(v8.writeHeapSnapshot(path.join(made, 'a.heapsnapshot')));
  fs.rmSync(made, { recursive: true });
});
after(() => (whole = undefined));

async function collect(dir, options) {
  const all = [];
  for await (const found of collectSnapshots(dir, { once: true, ...options })) all.push(found);
  return all;
}

test('what is whole is packed and removed, what is not stays and is named', async (t) => {
  const dir = folder(t);
  fs.writeFileSync(path.join(dir, 'Heap.1.heapsnapshot'), whole, { mode: 0o644 });
  fs.writeFileSync(path.join(dir, 'Heap.2.heapsnapshot'), whole.subarray(0, whole.length - 9), { mode: 0o644 });
  fs.writeFileSync(path.join(dir, 'other.log'), 'mine', { mode: 0o644 });
  fs.symlinkSync('/etc/hostname', path.join(dir, 'link.heapsnapshot'));
  const [stored, half, ...rest] = await collect(dir);
  assert.deepEqual(rest, []);
  const packed = path.join(dir, 'Heap.1.heapsnapshot.zst');
  assert.deepEqual(
    [stored.event, stored.path, stored.rawBytes, stored.removed],
    ['stored', packed, whole.length, true],
  );
  assert.deepEqual([half.event, half.code, half.removed], ['incomplete', 'HEAPHOUND_ERR_CAPTURE', false]);
  assert.equal(path.basename(half.file), 'Heap.2.heapsnapshot');
  assert.deepEqual(fs.readdirSync(dir).sort(), [
    'Heap.1.heapsnapshot.zst',
    'Heap.2.heapsnapshot',
    'link.heapsnapshot',
    'other.log',
  ]);
  assert.equal(fs.statSync(packed).mode & 0o777, 0o600);
  assert.equal(
    fs.statSync(path.join(dir, 'Heap.2.heapsnapshot')).mode & 0o777,
    0o600,
    'nobody else reads the half one',
  );
  assert.equal(fs.statSync(path.join(dir, 'other.log')).mode & 0o777, 0o644);
  const snapshot = await openSnapshot(packed);
  assert.equal(snapshot.info.nodeCount, stored.nodeCount);
  await snapshot.close();
});

test('originals can be kept, and the packed ones can go elsewhere', async (t) => {
  const dir = folder(t);
  const out = folder(t);
  fs.writeFileSync(path.join(dir, 'a.heapsnapshot'), whole);
  const [stored] = await collect(dir, { out, compression: 'gzip', keep: true });
  assert.deepEqual([stored.path, stored.removed], [path.join(out, 'a.heapsnapshot.gz'), false]);
  assert.ok(zlib.gunzipSync(fs.readFileSync(stored.path)).equals(whole));
  assert.deepEqual(fs.readdirSync(dir), ['a.heapsnapshot']);
  assert.deepEqual(await collect(dir, { out, compression: 'gzip', keep: true }), [], 'it is known the next time');
  for (const options of [{ compression: 'none' }, { out: '' }, { keep: 1 }, { onse: true }]) {
    await assert.rejects(collect(dir, options), { code: 'HEAPHOUND_ERR_OPTION' });
  }
  await assert.rejects(collect(path.join(dir, 'missing')), { code: 'HEAPHOUND_ERR_IO' });
});

test('contents of strings can be replaced', async (t) => {
  const dir = folder(t);
  const file = path.join(dir, 'a.heapsnapshot');
  globalThis.secret = ['correct-horse', process.pid].join('-');
  v8.writeHeapSnapshot(file);
  assert.ok(fs.readFileSync(file, 'utf8').includes(globalThis.secret));
  const [stored] = await collect(dir, { redact: 'strings', compression: 'gzip' });
  delete globalThis.secret;
  const document = zlib.gunzipSync(fs.readFileSync(stored.path)).toString();
  assert.ok(!document.includes(`correct-horse-${process.pid}`));
  assert.equal(JSON.parse(document).snapshot.node_count, stored.nodeCount);
  fs.writeFileSync(file, whole);
  assert.equal(
    (await collect(dir, { redact: 'strings', compression: 'gzip' }))[0].code,
    'HEAPHOUND_ERR_EXISTS',
    'of another heap',
  );
  fs.writeFileSync(`${file}.gz`, zlib.gzipSync(whole));
  assert.equal((await collect(dir, { redact: 'strings', compression: 'gzip' }))[0].already, true);
});

test('a kill between storing and removing is made good, another file of that name is not touched', async (t) => {
  const dir = folder(t);
  fs.writeFileSync(path.join(dir, 'a.heapsnapshot'), whole);
  fs.writeFileSync(path.join(dir, 'a.heapsnapshot.zst'), zlib.gzipSync(whole));
  fs.writeFileSync(path.join(dir, 'b.heapsnapshot'), whole);
  fs.writeFileSync(path.join(dir, 'b.heapsnapshot.zst'), 'mine');
  const [again, taken] = await collect(dir);
  assert.deepEqual([again.event, again.already, again.removed], ['stored', true, true]);
  assert.deepEqual([taken.event, taken.code, taken.removed], ['failed', 'HEAPHOUND_ERR_EXISTS', false]);
  assert.deepEqual(fs.readdirSync(dir).sort(), ['a.heapsnapshot.zst', 'b.heapsnapshot', 'b.heapsnapshot.zst']);
});

test('a file that grows is taken when it is whole; the signal ends the watch', async (t) => {
  const dir = folder(t);
  const file = path.join(dir, 'a.heapsnapshot');
  const controller = new AbortController();
  fs.writeFileSync(file, whole.subarray(0, 1000));
  const watch = collectSnapshots(dir, { signal: controller.signal });
  const first = watch.next();
  // In pieces, while somebody watches.
  for (let at = 1000; at < whole.length; at += 1 << 20) {
    await new Promise(setImmediate);
    fs.appendFileSync(file, whole.subarray(at, at + (1 << 20)));
  }
  const { value } = await first;
  assert.deepEqual([value.event, value.rawBytes], ['stored', whole.length]);
  const next = watch.next();
  controller.abort();
  assert.equal((await next).done, true);
});

test('Node writes on a signal, the command line packs it', { skip: process.platform === 'win32' }, async (t) => {
  const dir = folder(t);
  const code = "console.log('up'); setInterval(() => {}, 1000)";
  const app = spawn(process.execPath, ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${dir}`, '-e', code]);
  t.after(() => app.kill('SIGKILL'));
  await once(app.stdout, 'data');
  const watcher = spawn(process.execPath, [MAIN, 'watch-dir', dir, '--json']);
  t.after(() => watcher.kill('SIGKILL'));
  const line = once(watcher.stdout.setEncoding('utf8'), 'data');
  app.kill('SIGUSR2');
  const found = JSON.parse(await line);
  assert.deepEqual([found.event, found.removed], ['stored', true]);
  assert.deepEqual(fs.readdirSync(dir), [path.basename(found.path)]);
  assert.match(path.basename(found.path), /^Heap\..*\.heapsnapshot\.zst$/);
  watcher.kill('SIGINT');
  assert.deepEqual(await once(watcher, 'exit'), [130, null]);
  assert.equal(app.exitCode, null);
});

test('--once tells by its exit code whether everything was stored', (t) => {
  const dir = folder(t);
  const run = () => spawnSync(process.execPath, [MAIN, 'watch-dir', dir, '--once'], { encoding: 'utf8' });
  fs.writeFileSync(path.join(dir, 'a.heapsnapshot'), whole);
  const fine = run();
  assert.equal(fine.status, 0, fine.stderr);
  assert.match(fine.stdout, /a\.heapsnapshot\.zst: .* unpacked\), [\d,]+ objects\n$/);
  fs.writeFileSync(path.join(dir, 'b.heapsnapshot'), '{"snapshot":');
  const half = run();
  assert.deepEqual([half.status, half.stderr], [3, '']);
  assert.match(half.stdout, /b\.heapsnapshot: not whole: /);
});
