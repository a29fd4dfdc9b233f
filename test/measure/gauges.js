'use strict';

// What V8 says of a heap without a snapshot: a call of microseconds.

const v8 = require('node:v8');

/** What each number that `readGauges` writes is counted in. */
const GAUGES = /** @type {const} */ (['bytes', 'bytes', 'contexts', 'bytes']);

/**
 * Writes what the heap holds into `into`: bytes of its objects; bytes that objects hold outside of it, as Buffers and
 * the memory of WebAssembly; contexts; bytes of the handles by which C++ holds objects. The array is the caller's,
 * because an object for each reading would be growth of our own.
 *
 * @param {Float64Array} into
 */
function readGauges(into) {
  const heap = v8.getHeapStatistics();
  into[0] = heap.used_heap_size;
  into[1] = heap.external_memory;
  into[2] = heap.number_of_native_contexts + heap.number_of_detached_contexts;
  into[3] = heap.used_global_handles_size;
}

module.exports = { GAUGES, readGauges };
