'use strict';

const { timeoutError } = require('../errors');
const { onAbort } = require('../../waits/signal');

/**
 * Runs `work` with a signal that fires when the caller's does, or when the time is over.
 *
 * @template T
 * @param {{ signal?: AbortSignal, timeoutMs?: number }} limits
 * @param {(signal: AbortSignal | undefined) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withDeadline({ signal, timeoutMs }, work) {
  if (signal) signal.throwIfAborted();
  if (timeoutMs === undefined) return work(signal);
  const error = timeoutError(timeoutMs);
  const both = new AbortController();
  const timer = setTimeout(() => both.abort(error), timeoutMs);
  const forget = onAbort(signal, () => both.abort(/** @type {AbortSignal} */ (signal).reason));
  try {
    return await work(both.signal);
  } finally {
    clearTimeout(timer);
    forget();
  }
}

module.exports = { withDeadline };
