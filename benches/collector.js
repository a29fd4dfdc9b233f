'use strict';

// What a snapshot leaves behind in the process: how long the collector works for each megabyte that is allocated,
// before a snapshot and after one. Each run is a process of its own, on every Node line whose binary is installed (`npm
// ci --prefix __test__/nodes`).
//
// V8 learns which allocations live long and then makes them in the old space at once, in some runs and not in others,
// which alone changes the young collections by a factor of twenty. Without that learning every object is made in the
// young space, and what moves is what a snapshot makes dear.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { PerformanceObserver } = require('node:perf_hooks');
const v8 = require('node:v8');
const { setImmediate: turn } = require('node:timers/promises');
const { middle } = require('./measure');
const { binaryOf, installedLines, versionOf } = require('./nodes');
const { valueOf } = require('./flags');

/** Objects that stay, objects that live for a while, and how many batches of the latter are made. */
const LASTING = 200_000;
const BATCH = 50_000;
const WINDOW = 6;
const BATCHES = 120;
const FLAGS = ['--no-allocation-site-pretenuring'];
/** Loops before anything is measured. */
const WARM_UP = 2;
/** Of `{ index, next: { index } }` on 64 bits: three words of header and one or two members each. */
const OBJECT_BYTES = 2 * (3 * 8) + 2 * 8 + 8;

const STEPS = [
  { title: 'before', act: async () => {} },
  { title: 'after `captureSnapshot()`', act: (capture, dir) => capture({ dir, mode: 'inline' }) },
  { title: 'with `keepIds: true`', act: (capture, dir) => capture({ dir, mode: 'inline', keepIds: true }) },
  { title: 'after the last of that series', act: (capture, dir) => capture({ dir, mode: 'inline' }) },
  {
    title: 'after `v8.writeHeapSnapshot`',
    act: async (_, dir) => v8.writeHeapSnapshot(path.join(dir, 'plain.heapsnapshot')),
  },
];

if (process.argv[2] === '--child') child();

async function child() {
  const { captureSnapshot } = require('..');
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-bench-'));
  globalThis.lasting = Array.from({ length: LASTING }, (_, index) => ({ index, next: { index } }));
  // An older heaphound has one mode only.
  const capture = (options) =>
    captureSnapshot(options).catch((error) => {
      if (error.code !== 'HEAPHOUND_ERR_OPTION') throw error;
      const { mode, ...rest } = options;
      return captureSnapshot(rest);
    });
  for (let loop = 0; loop < WARM_UP; loop += 1) await allocate();
  const times = [];
  for (const { act } of STEPS) {
    await act(capture, dir);
    times.push(await allocate());
  }
  fs.rmSync(dir, { recursive: true });
  console.log(JSON.stringify(times));
}

/** @returns {Promise<number>} milliseconds of the collector for each megabyte */
async function allocate() {
  let collecting = 0;
  const observer = new PerformanceObserver((list) =>
    list.getEntries().forEach((entry) => (collecting += entry.duration)),
  );
  observer.observe({ entryTypes: ['gc'] });
  const window = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    window[batch % WINDOW] = Array.from({ length: BATCH }, (_, index) => ({ index, next: { index } }));
    await turn();
  }
  await turn();
  await turn();
  observer.disconnect();
  return collecting / ((BATCHES * BATCH * OBJECT_BYTES) / 1e6);
}

/** @param {string[]} flags */
async function measure(flags) {
  const runs = Number(valueOf(flags, '--runs') ?? 3);
  const lines = binaries().map((binary) => {
    const taken = Array.from({ length: runs }, () =>
      JSON.parse(execFileSync(binary, [...FLAGS, __filename, '--child'], { encoding: 'utf8' })),
    );
    const version = versionOf(binary);
    console.log(version, JSON.stringify(taken));
    return { version, times: STEPS.map((_, step) => middle(taken.map((times) => times[step]))) };
  });
  return [
    'Milliseconds of the garbage collector for each megabyte that a loop allocates, in one process from left to right, and the ratio to the first column. ' +
      `${runs === 1 ? 'One run' : `Median of ${runs} runs`}, with \`${FLAGS.join(' ')}\`: every object is made in the young space, so that the runs are alike.`,
    '',
    `| Node | ${STEPS.map(({ title }) => title).join(' | ')} |`,
    `|---|${STEPS.map(() => '--:').join('|')}|`,
    ...lines.map(
      ({ version, times }) =>
        `| ${version} | ${times.map((time) => `${time.toFixed(2)} (${(time / times[0]).toFixed(1)} ×)`).join(' | ')} |`,
    ),
  ];
}

function binaries() {
  const found = installedLines().map(binaryOf);
  return found.length > 0 ? found : [process.execPath];
}

module.exports = { title: 'What a capture leaves behind', measure };
