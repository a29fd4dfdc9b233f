'use strict';

// One measurement at a time: two in one heap would count each other's objects. The measurements of a thread form a
// queue.

const { optionError } = require('../errors');

/** The end of the queue. All copies of this module in one thread share it: Jest loads one for each test file. */
const KEY = Symbol.for('heaphound.test.queue');

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function inQueue(work) {
  if (isWithinQueue()) {
    throw optionError(
      'scenario',
      'measures itself: assertNoLeak, checkpoint, countInstances and whatRetains inside of it would wait for its end, and it for them',
    );
  }
  const shared = /** @type {Record<symbol, Promise<void> | undefined>} */ (/** @type {unknown} */ (process));
  const last = shared[KEY] ?? Promise.resolve();
  const result = last.then(() => runAlone(work));
  shared[KEY] = result.then(
    () => {},
    () => {},
  );
  return result;
}

/**
 * Runs the work. The name of this function is in the stack of each function that the work calls and awaits.
 *
 * @template T
 * @param {() => Promise<T>} work
 */
async function runAlone(work) {
  return await work();
}

/** True when work of the queue called the caller, directly or through functions that await one another. */
function isWithinQueue() {
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
    sites.some((site) => site.getFunctionName() === runAlone.name && site.getFileName() === __filename)
  );
}

module.exports = { inQueue };
