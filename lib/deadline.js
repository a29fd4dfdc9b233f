'use strict';

const { timeoutError } = require('./errors');

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
  const abort = () => both.abort(/** @type {AbortSignal} */ (signal).reason);
  const timer = setTimeout(() => both.abort(error), timeoutMs);
  if (signal) signal.addEventListener('abort', abort, { once: true });
  try {
    return await work(both.signal);
  } finally {
    clearTimeout(timer);
    if (signal) signal.removeEventListener('abort', abort);
  }
}

module.exports = { withDeadline };
