'use strict';

// One measurement at a time: two in one heap would count each other's objects. Those of a thread wait for one another.

const { optionError } = require('../errors');

/** All copies of this module in one thread share it: Jest loads one for each test file. */
const KEY = Symbol.for('heaphound.test.turn');

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function inTurn(work) {
  if (isWithinTurn()) {
    throw optionError(
      'scenario',
      'measures itself: assertNoLeak, checkpoint, countInstances and whatRetains inside of it would wait for its end, and it for them',
    );
  }
  const shared = /** @type {Record<symbol, Promise<void> | undefined>} */ (/** @type {unknown} */ (process));
  const last = shared[KEY] ?? Promise.resolve();
  const own = last.then(() => haveTurn(work));
  shared[KEY] = own.then(
    () => {},
    () => {},
  );
  return own;
}

/**
 * Stands in the stack of everything that the work calls, and of what that awaits.
 *
 * @template T
 * @param {() => Promise<T>} work
 */
async function haveTurn(work) {
  return await work();
}

/** True when the caller was called by work that has its turn, as far as functions await one another. */
function isWithinTurn() {
  const { stackTraceLimit, prepareStackTrace } = Error;
  /** @type {unknown} */
  let sites;
  try {
    Error.stackTraceLimit = Infinity;
    Error.prepareStackTrace = (_, all) => all;
    sites = new Error().stack;
  } finally {
    Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  }
  return (
    Array.isArray(sites) &&
    sites.some((site) => site.getFunctionName() === haveTurn.name && site.getFileName() === __filename)
  );
}

module.exports = { inTurn };
