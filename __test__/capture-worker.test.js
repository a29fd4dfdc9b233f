'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: delay } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { captureSnapshot, openSnapshot } = require('..');
const { LINES, nodeOfLine } = require('./helpers/node-lines');
const { folder } = require('./helpers/folder');

const ROOT = path.join(__dirname, '..');

/**
 * A worker that is up, and holds an object of a class of its own. It says that it is up in the turn of its loop that
 * runs `then`: nothing comes between.
 */
async function start(t, { before = '', then = '', name } = {}) {
  const code = `
    class Mine${name ?? ''} {}
    globalThis.kept = new Mine${name ?? ''}();
    ${before}
    setInterval(() => {}, 1000);
    setImmediate(() => { require('node:worker_threads').parentPort.postMessage('up'); ${then} });
  `;
  const worker = new Worker(code, { eval: true, name });
  t.after(() => worker.terminate());
  await once(worker, 'message');
  return worker;
}

test('the heap is that of the worker, and another worker is not disturbed', async (t) => {
  const dir = folder(t);
  const [one, two] = [await start(t, { name: 'One' }), await start(t, { name: 'Two' })];
  const results = [];
  for (const worker of [two, one]) results.push(await captureSnapshot({ worker, dir, compression: 'gzip' }));
  assert.deepEqual(
    results.map((result) => result.threadId),
    [two.threadId, one.threadId],
  );
  assert.deepEqual(
    fs
      .readdirSync(dir)
      .filter((name) => !name.endsWith('.ids'))
      .sort(),
    results.flatMap(({ path: file }) => [path.basename(file), `${path.basename(file)}.json`]).sort(),
  );
  for (const [at, names] of [
    ['Two', 'One'],
    ['One', 'Two'],
  ].entries()) {
    assert.match(
      path.basename(results[at].path),
      new RegExp(`^heaphound-\\d{8}T\\d{9}Z-${process.pid}-${results[at].threadId}-.*gz$`),
    );
    const snapshot = await openSnapshot(results[at].path);
    const counts = await Promise.all(
      names.map(async (name) => (await snapshot.query({ className: `^Mine${name}$`, kind: 'object' })).length),
    );
    assert.deepEqual([counts[0] > 0, counts[1]], [true, 0]);
    await snapshot.close();
  }
});

test('what goes wrong in the worker is an error here, and leaves nothing', async (t) => {
  const dir = folder(t);
  const worker = await start(t);
  await assert.rejects(captureSnapshot({ worker, dir: path.join(dir, 'missing') }), { code: 'HEAPHOUND_ERR_IO' });
  await assert.rejects(captureSnapshot({ worker, dir, maxMemoryBytes: 1000 }), (error) => {
    assert.deepEqual([error.code, error.have], ['HEAPHOUND_ERR_NO_HEADROOM', 1000]);
    assert.match(error.stack, /capture-worker\.test\.js/);
    return true;
  });
  await assert.rejects(captureSnapshot({ worker: {} }), { code: 'HEAPHOUND_ERR_OPTION' });
  assert.deepEqual(fs.readdirSync(dir), []);
  const listeners = worker.listenerCount('exit');
  await captureSnapshot({ worker, dir });
  assert.equal(worker.listenerCount('exit'), listeners);
  await worker.terminate();
  await assert.rejects(captureSnapshot({ worker, dir }), { code: 'HEAPHOUND_ERR_OPTION' });
});

test('a capture of a worker can be given up, and the next one works', async (t) => {
  const dir = folder(t);
  const busy = await start(t);
  const reason = new Error('changed my mind');
  await assert.rejects(captureSnapshot({ worker: busy, dir, signal: AbortSignal.abort(reason) }), reason);
  assert.equal((await captureSnapshot({ worker: busy, dir, queue: true })).threadId, busy.threadId);
  assert.equal(fs.readdirSync(dir).filter((name) => !name.endsWith('.ids')).length, 2);
});

test('a worker that ends while it is waited for is an error, and never a crash', async (t) => {
  const dir = folder(t);
  const ends = [
    ['for (;;) {}', (worker) => worker.terminate()],
    ['', (worker) => worker.terminate()],
    [
      "require('node:worker_threads').parentPort.on('message', () => process.exit());",
      (worker) => worker.postMessage('end'),
    ],
  ];
  for (let round = 0; round < 4; round += 1) {
    for (const [then, end] of ends) {
      const worker = await start(t, { then });
      const capturing = assert.rejects(captureSnapshot({ worker, dir, queue: true }), {
        code: 'HEAPHOUND_ERR_CAPTURE',
      });
      const exit = once(worker, 'exit');
      await delay(round * 20);
      end(worker);
      await Promise.all([capturing, exit]);
      assert.equal(worker.listenerCount('exit'), 0);
    }
  }
  assert.deepEqual(fs.readdirSync(dir), []);
  await captureSnapshot({ dir, queue: true });
});

test('the end of a worker is repeated until it comes, and the worker gets its own terminate back', async (t) => {
  const dir = folder(t);
  const worker = await start(t, { then: 'for (;;) {}' });
  let calls = 0;
  // As V8 loses it: the thread goes on as if nothing had been said. How often it is said until the thread is gone
  // depends on how busy the machine is.
  const losing = () => {
    calls += 1;
    return calls <= 2 ? new Promise(() => {}) : Worker.prototype.terminate.call(worker);
  };
  worker.terminate = losing;
  const capturing = [1, 2].map(() =>
    assert.rejects(captureSnapshot({ worker, dir, queue: true }), { code: 'HEAPHOUND_ERR_CAPTURE' }),
  );
  const exit = once(worker, 'exit');
  worker.terminate();
  await Promise.all([...capturing, exit]);
  assert.ok(calls >= 3, `${calls} calls`);
  assert.equal(worker.terminate, losing);

  const other = await start(t);
  await captureSnapshot({ worker: other, dir });
  assert.equal(Object.hasOwn(other, 'terminate'), false);
});

test('a worker that has just been made, and one that another worker made, are captured', async (t) => {
  const dir = folder(t);
  const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
  t.after(() => worker.terminate());
  assert.equal((await captureSnapshot({ worker, dir })).threadId, worker.threadId);
  const code = `
    const { Worker, parentPort } = require('node:worker_threads');
    const inner = new Worker('setInterval(() => {}, 1000)', { eval: true });
    require(${JSON.stringify(ROOT)}).captureSnapshot({ worker: inner, dir: ${JSON.stringify(dir)}, queue: true })
      .then(({ threadId }) => parentPort.postMessage(threadId === inner.threadId), (error) => parentPort.postMessage(error.message));
  `;
  const outer = new Worker(code, { eval: true });
  t.after(() => outer.terminate());
  assert.deepEqual(await once(outer, 'message'), [true]);
});

for (const line of LINES) {
  const node = nodeOfLine(line);
  test(`a worker of Node ${line} is captured`, { skip: node === undefined && `node${line} is not installed` }, (t) => {
    const dir = folder(t);
    const code = `
      const { captureSnapshot } = require(${JSON.stringify(ROOT)});
      const { Worker } = require('node:worker_threads');
      const worker = new Worker("require('node:worker_threads').parentPort.postMessage(1); setInterval(() => {}, 1000)", { eval: true });
      worker.once('message', async () => {
        const { threadId, nodeCount } = await captureSnapshot({ worker, dir: ${JSON.stringify(dir)} });
        console.log(JSON.stringify([threadId === worker.threadId, nodeCount > 1000]));
        await worker.terminate();
      });
    `;
    assert.deepEqual(JSON.parse(execFileSync(node, ['-e', code], { encoding: 'utf8' })), [true, true]);
  });
}
