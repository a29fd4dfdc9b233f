'use strict';

// One measurement at a time: two in one heap would count each other's objects. Those of a thread wait for one another.

/** All copies of this module in one thread share it: Jest loads one for each test file. */
const KEY = Symbol.for('heaphound.test.turn');

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
function inTurn(work) {
  const shared = /** @type {any} */ (process);
  const last = shared[KEY] ?? Promise.resolve();
  const own = last.then(work);
  shared[KEY] = own.then(() => {}, () => {});
  return own;
}

module.exports = { inTurn };
