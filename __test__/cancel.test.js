'use strict';

const assert = require('node:assert/strict');
const { getEventListeners } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');
const { test } = require('node:test');
const { diffSnapshots, findLeaks, openSnapshot } = require('..');
const { addon, run } = require('../lib/native');

const FILE = path.join(__dirname, 'fixtures', 'golden', 'growth-after.heapsnapshot.gz');

test('a signal that fired before stops every call before it begins', async () => {
  const snapshot = await openSnapshot(FILE);
  const reason = new Error('too late');
  const signal = AbortSignal.abort(reason);
  const calls = [
    () => openSnapshot(FILE, { signal }),
    () => openSnapshot(fs.readFileSync(FILE), { signal }),
    () => snapshot.summary({ signal }),
    () => snapshot.node(1, { signal }),
    () => diffSnapshots(snapshot, FILE, { signal }),
    () => findLeaks([FILE, snapshot], { signal }),
  ];
  for (const call of calls) await assert.rejects(call(), reason);
  await snapshot.close();
});

test('a signal that fires stops an open, rejects with its reason and leaves no listener', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  // The stream waits for ever: without the signal the call would too.
  const stream = new Readable({ read() {} });
  const opening = openSnapshot(stream, { signal: controller.signal });
  setImmediate(() => controller.abort(reason));
  await assert.rejects(opening, reason);
  assert.equal(stream.destroyed, true);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

test('a call that ends well leaves no listener', async () => {
  const { signal } = new AbortController();
  const snapshot = await openSnapshot(FILE, { signal });
  await snapshot.statistics({ signal });
  await snapshot.node(1, { signal });
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  await snapshot.close();
});

test('the native job itself ends when it is cancelled', async () => {
  const control = new addon.Control();
  const job = addon.open(FILE, { threads: 1, devtools: false, sourceMaps: false, parseOnly: false }, control);
  control.cancel();
  const outcome = await job;
  assert.ok(outcome instanceof addon.Failure);
  assert.equal(outcome.code, 'HEAPHOUND_ERR_CANCELLED');
});

test('closing stops what runs and refuses what comes', async () => {
  const snapshot = await openSnapshot(FILE);
  const running = snapshot.summary();
  const closing = snapshot.close();
  await assert.rejects(running, { code: 'HEAPHOUND_ERR_CLOSED' });
  await closing;
  await snapshot.close();
  assert.equal(snapshot.closed, true);
  assert.equal(typeof snapshot.info.nodeCount, 'number');
  const calls = ['summary', 'statistics', 'contexts', 'dominators', 'duplicateStrings', 'query', 'allocations'];
  for (const call of calls) await assert.rejects(snapshot[call](), { code: 'HEAPHOUND_ERR_CLOSED' }, call);
  for (const call of ['node', 'edges', 'retainers', 'retainingPath']) {
    await assert.rejects(snapshot[call](1), { code: 'HEAPHOUND_ERR_CLOSED' }, call);
  }
});

test('asyncDispose closes', async () => {
  const snapshot = await openSnapshot(FILE);
  await snapshot[Symbol.asyncDispose]();
  assert.equal(snapshot.closed, true);
});

test('a panic of a job is an error, and the process lives', async () => {
  await assert.rejects(
    run({}, (control) => addon.panicForTest(control)),
    {
      code: 'HEAPHOUND_ERR_INTERNAL',
      message: /a test asked for it/,
    },
  );
});
