'use strict';

// Two ways to have V8 write its heap into a descriptor. Both hold the thread until it is done.

const fs = require('node:fs');
// Taken once: what an application puts in its place must not run in a forked process.
const { getHeapSnapshot, writeHeapSnapshot } = require('node:v8');

/**
 * @typedef {object} HeapOptions
 * @property {boolean} [exposeInternals]
 * @property {boolean} [exposeNumericValues]
 */

/**
 * V8 opens the descriptor by its path and writes piece by piece: nothing is held in between. Linux only.
 *
 * @param {number} fd
 * @param {HeapOptions} options
 */
function writeByPath(fd, options) {
  writeHeapSnapshot(`/proc/self/fd/${fd}`, options);
}

/**
 * For systems whose descriptors have no path that can be opened. V8 gives the document in one piece: it is in memory
 * once.
 *
 * @param {number} fd
 * @param {HeapOptions} options
 */
async function writeByStream(fd, options) {
  for await (const chunk of getHeapSnapshot(options)) {
    for (let start = 0; start < chunk.length;) start += fs.writeSync(fd, chunk, start);
  }
}

module.exports = { writeByPath, writeByStream, writeHeap: process.platform === 'linux' ? writeByPath : writeByStream };
