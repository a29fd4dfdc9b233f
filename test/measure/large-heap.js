'use strict';

// A test that runs in a large heap takes long: each snapshot has all of it, and so has each search.

const v8 = require('node:v8');
const { size } = require('../../words/numbers');

/** Heap of a process with a runner and no compiler: Jest and Vitest have 20 to 60 MB. */
const LARGE = 100e6;

let isSaid = false;

/** @param {number} [used] bytes of the heap */
function isLargeHeap(used = v8.getHeapStatistics().used_heap_size) {
  return used >= LARGE;
}

/** Warns once, before the first snapshot: afterwards a runner's time limit may end the test. */
function warnOfLargeHeap() {
  const used = v8.getHeapStatistics().used_heap_size;
  if (!isLargeHeap(used) || isSaid) return;
  isSaid = true;
  process.emitWarning(
    `the heap of this process has ${size(used)} before the scenario runs, and every snapshot of the leak test holds all of it: it may take half a minute. ` +
      'A compiler in the same process (ts-jest) is the usual reason. Set isolatedModules in tsconfig.json, give assertNoLeak the file: URL of a module ' +
      'instead of a function, which runs in a child process, or let another transform compile (@swc/jest): docs/typescript-and-runners.md, "Jest"',
    { code: 'HEAPHOUND_WARN_LARGE_HEAP' },
  );
}

module.exports = { isLargeHeap, warnOfLargeHeap };
