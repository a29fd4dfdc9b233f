'use strict';

// Runs the garbage collector, also in processes that were started without `--expose-gc`.

const { setImmediate: nextTurn, setTimeout: sleep } = require('node:timers/promises');
const v8 = require('node:v8');
const vm = require('node:vm');

/** Collections in a row. An object that a finalizer releases is freed by the next one; chains of them are short. */
const COLLECTIONS = 4;

/** @type {(() => void) | undefined} */
let collector;

function makeCollector() {
  if (typeof globalThis.gc === 'function') return globalThis.gc;
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc');
  // Only contexts made while the flag was set have a `gc`.
  v8.setFlagsFromString('--no-expose-gc');
  return gc;
}

/** Collects the garbage of this moment. Holds the thread. */
function collect() {
  collector ??= makeCollector();
  /** @type {() => void} */ (collector)();
}

/**
 * Collects garbage until nothing more is freed. Between collections the event loop turns, so that promises, finalizers
 * and closing sockets can end.
 *
 * @param {number} settleMs milliseconds to wait between collections, in all
 */
async function collectGarbage(settleMs) {
  await restAndCollect(settleMs, COLLECTIONS);
  await nextTurn();
}

/**
 * The same, and the last step is a collection: nothing was allocated since.
 *
 * @param {number} settleMs
 * @param {number} parts of the rest, with a collection behind each
 * @param {boolean} [collects] false: rests alone
 */
async function restAndCollect(settleMs, parts, collects = true) {
  for (let part = 0; part < parts; part += 1) {
    await sleep(settleMs / parts);
    await nextTurn();
    if (collects) collect();
  }
}

module.exports = { collect, collectGarbage, restAndCollect };
