'use strict';

// A watcher says what it waits for: nothing else is to be seen of it for minutes.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, test } = require('node:test');
const { setTimeout: delay } = require('node:timers/promises');
const { PerformanceObserver } = require('node:perf_hooks');
const v8 = require('node:v8');
const vm = require('node:vm');
const { watchMemory } = require('..');
const { checkWatchOptions } = require('../lib/watch/options');
const { duration, progressOf } = require('../lib/watch/progress');
const { Watcher } = require('../lib/watch/watcher');
const { Level } = require('../lib/watch/windows');

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-progress-'));
after(() => fs.rmSync(dir, { recursive: true, force: true }));

const TIMES = { sampleMs: 15_000, windowMs: 15_000, settleMs: 60_000 };
const SINCE = Date.parse('2026-01-02T03:04:05.000Z');

/** @param {object} [more] */
function progress(name, { windows = 0, state = 'quiet', share = 1, clock, ...view } = {}) {
  const levels = { heap: new Level(15_000), external: new Level(15_000), gap: new Level(15_000) };
  for (let window = 0; window < windows; window += 1)
    for (const level of Object.values(levels)) level.add(window * 15_000, 50e6);
  return progressOf({
    name,
    state,
    share,
    times: TIMES,
    view: { time: windows * 15_000, minWindows: 8, levels, heapLimit: 4e9, rss: 60e6, ...view },
    clock: { since: SINCE, lookedAt: SINCE + 30_000, quietForMs: 0, silentForMs: 0, ...clock },
  });
}

test('a rule says how many samples it has of those that it needs, since when, and when it looks again', () => {
  assert.deepEqual(progress('heap-trend', { windows: 3 }), {
    samples: 3,
    needed: 8,
    since: '2026-01-02T03:04:05.000Z',
    nextLook: '2026-01-02T03:04:50.000Z',
    waitsFor: '5 more windows of 15 s, each with a major collection of V8 in it',
  });
});

test('a rule says what it waits for, in every state', () => {
  const container = { usedBytes: 100e6, limitBytes: 512e6 };
  for (const [wanted, name, more] of [
    ['8 more windows of 15 s, each with a major collection of V8 in it', 'heap-trend', {}],
    ['1 more window of 15 s', 'rss-gap', { windows: 7 }],
    [
      '20 s to pass: at the start no trend is looked for (settleMs)',
      'external-trend',
      { windows: 8, time: 40_000 + 80_000, settle: 1 },
    ],
    ['a rise: there is none in 9 windows of 15 s', 'heap-trend', { windows: 9 }],
    ['the process to take 2 times its heap: it takes 60.0 MB, and 50.0 MB of heap', 'rss-gap', { windows: 9 }],
    ['a major collection of V8: what is left after it is measured', 'heap-limit', {}],
    ['2,800 MB of 4,000 MB to be in use: 50.0 MB are', 'heap-limit', { windows: 1, share: 0.7 }],
    ['nothing: the process is in no control group with a limit', 'container-limit', {}],
    ['435 MB of 512 MB to be in use: 100 MB are', 'container-limit', { container, share: 0.85 }],
    ['nothing: it is switched off', 'rss-gap', { state: 'off' }],
    ['the end of its investigation', 'heap-trend', { windows: 9, state: 'investigating' }],
    [
      '5 min to pass: a rise was looked into not long ago (limits.cooldownMs)',
      'heap-trend',
      { windows: 9, state: 'rising', clock: { quietForMs: 300_000 } },
    ],
    [
      '23.5 h to pass: its last alarm is not long ago (limits.repeatMs)',
      'heap-trend',
      { windows: 9, state: 'alarm', clock: { silentForMs: 23.5 * 3600_000 } },
    ],
  ]) {
    const settled = more.settle
      ? progressOf({
          name,
          state: 'quiet',
          share: 1,
          times: { ...TIMES, settleMs: 140_000 },
          clock: { since: 0, lookedAt: 0, quietForMs: 0, silentForMs: 0 },
          view: { time: 120_000, minWindows: 8, levels: filled(8), heapLimit: 4e9, rss: 60e6 },
        })
      : progress(name, more);
    assert.equal(settled.waitsFor, wanted, name);
  }
});

/** Levels with so many windows that are over. */
function filled(windows) {
  const level = new Level(15_000);
  for (let window = 0; window < windows; window += 1) level.add(window * 15_000, 50e6);
  return { heap: level, external: level, gap: level };
}

test('the first line of the log says what the watcher waits for, and rules() counts on', async (t) => {
  const lines = [];
  const log = { info: (facts, message) => lines.push([facts, message]), warn() {}, error() {} };
  let workedMs = 0;
  const watcher = await watchMemory({
    store: { dir },
    log,
    now: () => workedMs,
    sampleMs: 20,
    windowMs: 20,
    minWindows: 5,
    settleMs: 100,
  });
  // Neither the watcher nor an observer holds the process up.
  const alive = setInterval(() => {}, 1000);
  t.after(() => {
    clearInterval(alive);
    return watcher.stop();
  });
  const [[facts, message]] = lines;
  assert.equal(
    message,
    'heaphound watches the memory of this process: it looks every 20 ms; a trend needs 5 windows of 20 ms with a major collection of V8 in each, ' +
      'which takes 100 ms at the least; rules() says how far it is',
  );
  assert.deepEqual(facts.rules.slice(0, 2), ['heap-trend', 'external-trend']);
  const heap = () => watcher.rules().find(({ name }) => name === 'heap-trend').progress;
  assert.equal(heap().samples, 0);
  assert.ok(Date.parse(heap().since) <= Date.now() && Date.parse(heap().nextLook) > Date.parse(heap().since));
  for (let window = 0; window < 7 && heap().samples < 2; window += 1) {
    await collect();
    workedMs += 20;
  }
  assert.ok(heap().samples >= 2, JSON.stringify(heap()));
  assert.match(heap().waitsFor, /^[1-3] more windows? of 20 ms, each with a major collection of V8 in it$/);
});

test('what an investigation fails of is said once, with the reason, and not again at every look', async (t) => {
  const warnings = [];
  const log = { info() {}, warn: (facts, message) => warnings.push(message), error() {} };
  let workedMs = 0;
  const options = checkWatchOptions({
    log,
    now: () => workedMs,
    sampleMs: 20,
    windowMs: 20,
    minWindows: 5,
    settleMs: 100,
    limits: { jitterMs: 0 },
    rules: { 'external-trend': false, 'rss-gap': false },
  });
  let asked = 0;
  const lock = async () => {
    asked += 1;
    throw new Error('the directory is gone');
  };
  const watcher = new Watcher(options, { lock, close: async () => {} });
  const alive = setInterval(() => {}, 1000);
  t.after(() => {
    clearInterval(alive);
    return watcher.stop();
  });
  const kept = [];
  for (let window = 0; window < 60 && (warnings.length === 0 || window < 30); window += 1) {
    kept.push(Array.from({ length: 300_000 }, (_, at) => at + window));
    await collect();
    await looked();
    workedMs += 20;
  }
  assert.deepEqual(
    [warnings, asked],
    [['heaphound: the rule heap-trend could not be followed: the directory is gone'], 1],
  );
});

/** A major collection, and that everybody has been told of it. */
async function collect() {
  const collected = new Promise((resolve) => {
    const observer = new PerformanceObserver(() => {
      observer.disconnect();
      resolve();
    });
    observer.observe({ entryTypes: ['gc'] });
  });
  gc();
  await collected;
}

/** A look of a watcher that looks every 20 ms: its timer began before this one. */
async function looked() {
  await delay(20);
}

test('durations are written in the unit that a person would take', () => {
  assert.deepEqual([1, 999, 1000, 15_000, 60_000, 90_000, 3600_000, 24 * 3600_000].map(duration), [
    '1 ms',
    '999 ms',
    '1 s',
    '15 s',
    '1 min',
    '1.5 min',
    '1 h',
    '24 h',
  ]);
});
