'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { findLeaks, openSnapshot } = require('..');

const GOLDEN = path.join(__dirname, 'fixtures', 'golden');
const AFTER = path.join(GOLDEN, 'growth-after.heapsnapshot.gz');

// `benches/mainthread.js` measures how long the main thread is held; here it is shown that it runs at all in the
// meantime.

/** Counts turns of the event loop while a promise is pending. */
async function turnsDuring(promise) {
  let turns = 0;
  let pending = true;
  const turn = () => {
    turns++;
    if (pending) setImmediate(turn);
  };
  setImmediate(turn);
  try {
    return { turns: () => turns, result: await promise };
  } finally {
    pending = false;
  }
}

test('the event loop turns while a snapshot is opened, asked and searched', async () => {
  const opened = await turnsDuring(openSnapshot(AFTER));
  assert.ok(opened.turns() > 10, `${opened.turns()} turns`);
  const snapshot = opened.result;
  const searched = await turnsDuring(findLeaks([path.join(GOLDEN, 'growth-before.heapsnapshot.gz'), snapshot]));
  assert.ok(searched.turns() > 10, `${searched.turns()} turns`);
  await snapshot.close();
});

test('a long document comes in pages, with turns between them', async () => {
  const snapshot = await openSnapshot(AFTER);
  const { turns, result } = await turnsDuring(snapshot.query({ limit: 20_000 }));
  assert.equal(result.length, 20_000);
  assert.ok(turns() >= 20_000 / 256, `${turns()} turns`);
  await snapshot.close();
});

test('calls do not wait for the pool of libuv, nor hold it', async () => {
  const fs = require('node:fs/promises');
  const jobs = Array.from({ length: 8 }, () => openSnapshot(AFTER, { threads: 1 }));
  let opened = 0;
  for (const job of jobs) job.then(() => opened++);
  await fs.stat(AFTER);
  assert.ok(opened < jobs.length, 'a stat is answered while all jobs run');
  await Promise.all((await Promise.all(jobs)).map((snapshot) => snapshot.close()));
});
