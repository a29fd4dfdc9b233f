'use strict';

// Waits with an end. The work may be the user's, and ignore its signal.

const { onAbort } = require('./signal');

/** Time for aborted work to clear away, possibly in another process. */
const STOP_MS = 5_000;

/**
 * True when `work` has settled, one way or the other; false when it has not after `mostMs` milliseconds. It goes on
 * then.
 *
 * @param {Promise<unknown>} work
 * @param {number} mostMs
 * @returns {Promise<boolean>}
 */
function within(work, mostMs) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), mostMs);
    const settled = () => {
      clearTimeout(timer);
      resolve(true);
    };
    work.then(settled, settled);
  });
}

/**
 * The outcome of `work`. When the signal fires, `work` has `graceMs` milliseconds to clear away; then it is given up,
 * and this rejects with the signal's reason.
 *
 * @template T
 * @param {Promise<T>} work
 * @param {{ signal: AbortSignal, graceMs?: number }} limits
 * @returns {Promise<T>}
 */
function unlessGivenUp(work, { signal, graceMs = STOP_MS }) {
  return new Promise((resolve, reject) => {
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const forget = onAbort(signal, () => {
      timer = setTimeout(() => reject(signal.reason), graceMs);
    });
    const over = () => {
      clearTimeout(timer);
      forget();
    };
    work.finally(over).then(resolve, reject);
  });
}

module.exports = { STOP_MS, unlessGivenUp, within };
