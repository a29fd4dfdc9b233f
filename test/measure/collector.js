'use strict';

// The garbage collector, without `--expose-gc` from whoever started the process.

const { setImmediate: turn, setTimeout: sleep } = require('node:timers/promises');
const v8 = require('node:v8');
const vm = require('node:vm');

/** Collections of one settling. What a finalizer lets go dies in the next one; chains of them are short. */
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

/** Collects all that is garbage now. Holds the thread. */
function collect() {
  collector ??= makeCollector();
  /** @type {() => void} */ (collector)();
}

/**
 * Lets what was begun end: promises, finalizers, sockets that close, each of which needs a turn of the event loop
 * between collections.
 *
 * @param {number} settleMs milliseconds to wait, in all
 */
async function settle(settleMs) {
  for (let round = 0; round < COLLECTIONS; round += 1) {
    await sleep(settleMs / COLLECTIONS);
    await turn();
    collect();
  }
  await turn();
}

module.exports = { collect, settle };
