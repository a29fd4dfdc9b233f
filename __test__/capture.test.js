'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');
const zlib = require('node:zlib');
const heaphound = require('..');
const { addon, run } = require('../lib/native');
const { writeByStream } = require('../lib/capture/heap-writer');
const { LINES, nodeOfLine } = require('./helpers/node-lines');
const { folder } = require('./helpers/folder');

const { openSnapshot } = heaphound;
const isLinux = process.platform === 'linux';

/** In this process: `fork.test.js` has the other way. */
function captureSnapshot(options) {
  return heaphound.captureSnapshot(options && { mode: 'inline', ...options });
}

/** Open descriptors of this process, without the one that reads the list. */
function descriptors() {
  return fs.readdirSync('/proc/self/fd').length;
}

function threadNames() {
  return fs.readdirSync('/proc/self/task').map((task) => {
    try {
      return fs.readFileSync(`/proc/self/task/${task}/comm`, 'utf8').trim();
    } catch {
      return '';
    }
  });
}

async function rejectsWith(promise, code) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.code, code, error.message);
    return true;
  });
}

test('a capture is a whole, private, compressed file that opens', async (t) => {
  const dir = folder(t);
  const result = await captureSnapshot({ dir });
  const stored = fs.readFileSync(result.path);
  assert.match(path.basename(result.path), /^heaphound-\d{8}T\d{9}Z-\d+-0-\d+\.heapsnapshot\.zst$/);
  assert.equal(fs.statSync(result.path).mode & 0o777, 0o600);
  assert.equal(result.storedBytes, stored.length);
  assert.equal(result.sha256, createHash('sha256').update(stored).digest('hex'));
  assert.ok(result.rawBytes > 4 * result.storedBytes);
  assert.ok(result.nodeCount > 1000 && result.edgeCount > result.nodeCount);
  assert.ok(result.pauseMs > 0 && result.durationMs >= result.pauseMs);
  assert.deepEqual([result.mode, result.tries], ['inline', 1]);
  assert.equal(typeof result.reason, 'string');
  assert.deepEqual([result.node, result.pid, result.threadId], [process.version, process.pid, 0]);
  assert.ok(!Number.isNaN(Date.parse(result.startedAt)));
  assert.deepEqual(
    fs
      .readdirSync(dir)
      .filter((name) => !name.endsWith('.ids'))
      .sort(),
    [path.basename(result.path), `${path.basename(result.path)}.json`],
  );
  const sidecar = JSON.parse(fs.readFileSync(`${result.path}.json`, 'utf8'));
  assert.deepEqual({ path: result.path, ...sidecar }, { version: 1, ...result });
  assert.equal(fs.statSync(`${result.path}.json`).mode & 0o777, 0o600);

  const snapshot = await openSnapshot(result.path);
  assert.equal(snapshot.info.nodeCount, result.nodeCount);
  assert.equal(snapshot.info.edgeCount, result.edgeCount);
  await snapshot.close();
});

test('gzip and none are what they say', async (t) => {
  const dir = folder(t);
  for (const [compression, unpack] of [
    ['gzip', zlib.gunzipSync],
    ['none', (bytes) => bytes],
  ]) {
    const result = await captureSnapshot({ path: path.join(dir, compression), compression });
    const raw = unpack(fs.readFileSync(result.path));
    assert.equal(raw.length, result.rawBytes);
    assert.equal(JSON.parse(raw.toString()).snapshot.node_count, result.nodeCount);
  }
});

test('without a place it goes into a private directory, which the next capture uses too', async (t) => {
  const first = await captureSnapshot({});
  const made = path.dirname(first.path);
  t.after(() => fs.rmSync(made, { recursive: true }));
  assert.equal(fs.statSync(made).mode & 0o777, 0o700);
  const second = await captureSnapshot({ compression: 'gzip' });
  assert.equal(path.dirname(second.path), made);
  assert.ok(second.path.endsWith('.heapsnapshot.gz'));
});

test('a second capture at a time is refused, the first is not disturbed', async (t) => {
  const dir = folder(t);
  const first = captureSnapshot({ dir });
  await rejectsWith(captureSnapshot({ dir }), 'HEAPHOUND_ERR_BUSY');
  await first;
  await captureSnapshot({ dir });
  assert.equal(fs.readdirSync(dir).filter((name) => !name.endsWith('.ids')).length, 4);
});

test('an aborted capture leaves nothing', async (t) => {
  const dir = folder(t);
  const reason = new Error('changed my mind');
  await assert.rejects(captureSnapshot({ dir, signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(captureSnapshot({ dir, signal: AbortSignal.timeout(1) }), { name: 'TimeoutError' });
  const controller = new AbortController();
  const running = captureSnapshot({ dir, signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(running, reason);
  assert.deepEqual(fs.readdirSync(dir), []);
  await captureSnapshot({ dir, signal: new AbortController().signal });
});

test('nothing is overwritten, no link is followed', async (t) => {
  const dir = folder(t);
  const file = path.join(dir, 'a.heapsnapshot');
  fs.writeFileSync(file, 'mine');
  await rejectsWith(captureSnapshot({ path: file }), 'HEAPHOUND_ERR_EXISTS');
  assert.equal(fs.readFileSync(file, 'utf8'), 'mine');
  fs.symlinkSync(path.join(dir, 'elsewhere'), path.join(dir, 'link'));
  await rejectsWith(captureSnapshot({ path: path.join(dir, 'link') }), 'HEAPHOUND_ERR_EXISTS');
  fs.writeFileSync(path.join(dir, 'b.json'), 'mine');
  await rejectsWith(captureSnapshot({ path: path.join(dir, 'b') }), 'HEAPHOUND_ERR_EXISTS');
  assert.deepEqual(fs.readdirSync(dir).sort(), ['a.heapsnapshot', 'b.json', 'link']);
});

test('a place that cannot be written is an error that names it', async (t) => {
  const dir = folder(t);
  fs.writeFileSync(path.join(dir, 'file'), '');
  for (const bad of [path.join(dir, 'missing'), path.join(dir, 'file'), '/proc']) {
    if (bad === '/proc' && !isLinux) continue;
    await assert.rejects(captureSnapshot({ dir: bad }), (error) => {
      assert.equal(error.code, 'HEAPHOUND_ERR_IO');
      assert.ok(error.message.includes(bad), error.message);
      return true;
    });
  }
});

test('bad options are refused before anything starts', async () => {
  for (const options of [
    { path: 'a', dir: 'b' },
    { path: '' },
    { dir: 7 },
    { compression: 'brotli' },
    { exposeInternals: 1 },
    { signal: {} },
    { pth: 'a' },
    { mode: 'spoon' },
    { timeoutMs: 0 },
    null,
  ]) {
    await rejectsWith(captureSnapshot(options), 'HEAPHOUND_ERR_OPTION');
  }
});

test('options of V8 reach V8', async (t) => {
  const dir = folder(t);
  const plain = await captureSnapshot({ dir });
  const all = await captureSnapshot({ dir, exposeInternals: true, exposeNumericValues: true });
  assert.ok(all.nodeCount > plain.nodeCount);
});

test('a worker captures its own heap', async (t) => {
  const dir = folder(t);
  const code = `
    const { captureSnapshot } = require(${JSON.stringify(path.join(__dirname, '..'))});
    const { parentPort } = require('node:worker_threads');
    captureSnapshot({ mode: 'inline', dir: ${JSON.stringify(dir)} }).then((result) => parentPort.postMessage(result));
  `;
  const worker = new Worker(code, { eval: true });
  const { threadId } = worker;
  const [[result]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  assert.equal(result.threadId, threadId);
  assert.ok(fs.existsSync(result.path));
});

test(
  'without a path for the descriptor the stream of V8 does as well',
  { skip: process.platform === 'win32' },
  async (t) => {
    const file = path.join(folder(t), 'streamed');
    const capture = addon.startCapture(file, 'none');
    await writeByStream(capture.fd, {});
    const result = await run({}, (control) => capture.finish(control));
    assert.equal(JSON.parse(fs.readFileSync(file, 'utf8')).snapshot.edge_count, result.edgeCount);
  },
);

test('no descriptor and no thread is left', { skip: !isLinux }, async (t) => {
  const dir = folder(t);
  const capture = async () => {
    await captureSnapshot({ dir });
    await captureSnapshot({ dir: path.join(dir, 'missing') }).catch(() => {});
    await captureSnapshot({ dir, signal: AbortSignal.timeout(1) }).catch(() => {});
  };
  await capture();
  const before = descriptors();
  await capture();
  await capture();
  assert.equal(descriptors(), before);
  assert.ok(!threadNames().includes('heaphound-capture'.slice(0, 15)));
});

test('a full disk is an error with its own code, and leaves nothing', { skip: !canMount() }, (t) => {
  const dir = folder(t);
  const code = `
    const { captureSnapshot } = require(${JSON.stringify(path.join(__dirname, '..'))});
    const fs = require('node:fs');
    const before = fs.readdirSync('/proc/self/fd').length;
    captureSnapshot({ mode: 'inline', dir: ${JSON.stringify(dir)} }).then(() => 'none', (error) => error.code).then((code) => {
      const after = fs.readdirSync('/proc/self/fd').length;
      console.log(JSON.stringify([code, fs.readdirSync(${JSON.stringify(dir)}), after - before]));
    });
  `;
  const script = `mount -t tmpfs -o size=128k none "$1" && exec "$2" -e "$3"`;
  const out = execFileSync('unshare', ['-rm', 'sh', '-c', script, 'sh', dir, process.execPath, code], {
    encoding: 'utf8',
  });
  const [errorCode, files, more] = JSON.parse(out);
  assert.deepEqual([errorCode, files], ['HEAPHOUND_ERR_NO_SPACE', []]);
  assert.ok(more <= 1, `${more} more descriptors`);
});

for (const line of LINES) {
  const node = nodeOfLine(line);
  test(`Node ${line} is captured`, { skip: node === undefined && `node${line} is not installed` }, (t) => {
    const dir = folder(t);
    const code = `
      const { captureSnapshot } = require(${JSON.stringify(path.join(__dirname, '..'))});
      globalThis.kept = Array.from({ length: 1000 }, (_, index) => new (class Kept { number = index; })());
      captureSnapshot({ mode: 'inline', dir: ${JSON.stringify(dir)}, compression: 'gzip' }).then((result) => console.log(JSON.stringify(result)));
    `;
    const result = JSON.parse(execFileSync(node, ['-e', code], { encoding: 'utf8' }));
    assert.ok(result.node.startsWith(`v${line}.`));
    const document = JSON.parse(zlib.gunzipSync(fs.readFileSync(result.path)).toString());
    assert.ok(document.strings.includes('Kept'));
    assert.equal(document.nodes.length, result.nodeCount * document.snapshot.meta.node_fields.length);
    assert.equal(document.edges.length, result.edgeCount * document.snapshot.meta.edge_fields.length);
  });
}

function canMount() {
  if (!isLinux) return false;
  return spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
}
