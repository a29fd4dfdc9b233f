'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const inspector = require('node:inspector');
const path = require('node:path');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');
const { captureSnapshot, openSnapshot } = require('..');
const { lockCapture } = require('../lib/capture/capture-lock');
const { LINES, nodeOfLine } = require('./helpers/node-lines');
const { folder } = require('./helpers/folder');

const ROOT = path.join(__dirname, '..');

test('captures that queue take their turns in the order of the calls', async (t) => {
  const dir = folder(t);
  const ended = [];
  const capture = (name) => captureSnapshot({ path: path.join(dir, name), queue: true }).then(() => ended.push(name));
  const running = ['a', 'b', 'c'].map(capture);
  await assert.rejects(captureSnapshot({ dir }), { code: 'HEAPHOUND_ERR_BUSY' });
  await Promise.all(running);
  assert.deepEqual(ended, ['a', 'b', 'c']);
  assert.deepEqual(fs.readdirSync(dir).sort(), [
    'a',
    'a.ids',
    'a.json',
    'b',
    'b.ids',
    'b.json',
    'c',
    'c.ids',
    'c.json',
  ]);
});

test('the lock of captures is one for all threads, and a thread that ends releases it', async (t) => {
  const dir = folder(t);
  const code = `
    const { lockCapture } = require(${JSON.stringify(path.join(ROOT, 'lib', 'capture', 'capture-lock.js'))});
    lockCapture({}).then((lock) => { globalThis.lock = lock; require('node:worker_threads').parentPort.postMessage('mine'); setInterval(() => lock, 1000); });
  `;
  const worker = new Worker(code, { eval: true });
  await once(worker, 'message');
  await assert.rejects(captureSnapshot({ dir }), { code: 'HEAPHOUND_ERR_BUSY' });
  const waiting = captureSnapshot({ dir, queue: true });
  await worker.terminate();
  assert.ok((await waiting).nodeCount > 0);
});

test('who waits for the lock of captures can be stopped, and the others move up', async (t) => {
  const dir = folder(t);
  const lock = await lockCapture({});
  const reason = new Error('changed my mind');
  const controller = new AbortController();
  const impatient = captureSnapshot({ dir, queue: true, signal: controller.signal });
  const late = captureSnapshot({ dir, queue: true, timeoutMs: 1 });
  const patient = captureSnapshot({ dir, queue: true });
  const refused = [assert.rejects(impatient, reason), assert.rejects(late, { code: 'HEAPHOUND_ERR_TIMEOUT' })];
  controller.abort(reason);
  await Promise.all(refused);
  lock.release();
  const result = await patient;
  assert.deepEqual(
    fs
      .readdirSync(dir)
      .filter((name) => !name.endsWith('.ids'))
      .sort(),
    [path.basename(result.path), `${path.basename(result.path)}.json`],
  );
});

test('a time limit that passes while the thread is held is kept to', async (t) => {
  const dir = folder(t);
  await assert.rejects(captureSnapshot({ dir, mode: 'inline', timeoutMs: 1 }), { code: 'HEAPHOUND_ERR_TIMEOUT' });
  assert.deepEqual(fs.readdirSync(dir), []);
  await captureSnapshot({ dir, timeoutMs: 2 ** 31 - 1 });
});

test('a file beyond its budget is not made', async (t) => {
  const dir = folder(t);
  for (const compression of ['zstd', 'gzip', 'none']) {
    await assert.rejects(captureSnapshot({ dir, compression, maxBytes: 50_000 }), { code: 'HEAPHOUND_ERR_MAX_BYTES' });
  }
  assert.deepEqual(fs.readdirSync(dir), []);
  const { storedBytes } = await captureSnapshot({ dir, maxBytes: 1e9 });
  assert.ok(storedBytes > 50_000);
});

test('limits on memory and pause refuse before anything is done, and can be overruled', async (t) => {
  const dir = folder(t);
  await assert.rejects(captureSnapshot({ dir, maxMemoryBytes: 1000 }), (error) => {
    assert.deepEqual([error.code, error.have], ['HEAPHOUND_ERR_NO_HEADROOM', 1000]);
    return error.need > 1e6;
  });
  await assert.rejects(
    captureSnapshot({ dir, mode: 'inline', maxPauseMs: 1 }),
    (error) => error.code === 'HEAPHOUND_ERR_MAX_PAUSE' && error.need > error.have,
  );
  assert.deepEqual(fs.readdirSync(dir), []);
  await captureSnapshot({ dir, maxMemoryBytes: 1000, maxPauseMs: 1, checkHeadroom: false });
});

test('bad limits are refused', async () => {
  for (const options of [
    { timeoutMs: 0 },
    { timeoutMs: 2 ** 31 },
    { maxBytes: -1 },
    { maxMemoryBytes: '1GB' },
    { maxPauseMs: 1.5 },
    { queue: 1 },
    { keepIds: 'yes' },
    { checkHeadroom: 0 },
  ]) {
    await assert.rejects(captureSnapshot(options), { code: 'HEAPHOUND_ERR_OPTION' }, JSON.stringify(options));
  }
});

test('ids are kept while the inspector is open', async (t) => {
  const dir = folder(t);
  inspector.open(0, '127.0.0.1');
  t.after(() => inspector.close());
  assert.equal((await captureSnapshot({ dir, mode: 'inline' })).idsKept, true);
});

for (const line of LINES) {
  const node = nodeOfLine(line);
  test(
    `on Node ${line} ids go on in a series and start anew after it`,
    { skip: node === undefined && `node${line} is not installed` },
    async (t) => {
      const dir = folder(t);
      const code = `
      const { captureSnapshot } = require(${JSON.stringify(ROOT)});
      class Kept {}
      class Late {}
      const kept = new Kept();
      globalThis.all = [kept];
      // What it replaces dies, and its ids with it: the highest id tells whether they go on.
      const grow = () => (globalThis.late = Array.from({ length: 30_000 }, () => new Late()));
      (async () => {
        const results = [];
        for (const keepIds of [true, true, false, true, false]) {
          results.push(await captureSnapshot({ dir: ${JSON.stringify(dir)}, mode: 'inline', keepIds, checkHeadroom: false }));
          grow();
        }
        console.log(JSON.stringify(results));
      })();
    `;
      const results = JSON.parse(execFileSync(node, ['-e', code], { encoding: 'utf8' }));
      const facts = [];
      for (const { path: file, idSpace, idsKept, nodeCount } of results) {
        const snapshot = await openSnapshot(file);
        const [{ id }] = await snapshot.query({ className: '^Kept$', kind: 'object' });
        facts.push({ id, idSpace, idsKept, anew: snapshot.info.maxObjectId < 2.1 * nodeCount });
        await snapshot.close();
      }
      assert.deepEqual(
        facts.map(({ idsKept }) => idsKept),
        [true, true, false, true, false],
      );
      const [first, second, third, fourth, fifth] = facts;
      assert.ok(
        first.idSpace === second.idSpace && second.idSpace === third.idSpace && fourth.idSpace === fifth.idSpace,
      );
      assert.notEqual(third.idSpace, fourth.idSpace);
      assert.ok(first.id === second.id && second.id === third.id && fourth.id === fifth.id);
      assert.deepEqual(
        facts.slice(0, 4).map(({ anew }) => anew),
        [true, true, false, true],
      );
    },
  );
}
