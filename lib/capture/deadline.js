'use strict';

const { timeoutError } = require('../errors');
const { firstOf } = require('../../waits/signal');

/**
 * Runs `work` with a signal that fires when the caller's does, or when the time is over.
 *
 * @template T
 * @param {{ signal?: AbortSignal, timeoutMs?: number, what?: string }} limits `what` is to be made
 * @param {(signal: AbortSignal | undefined) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withDeadline({ signal, timeoutMs, what }, work) {
  if (signal) signal.throwIfAborted();
  if (timeoutMs === undefined) return work(signal);
  const error = timeoutError(timeoutMs, what);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(error), timeoutMs);
  const first = firstOf([signal, late.signal]);
  try {
    return await work(first.signal);
  } finally {
    clearTimeout(timer);
    first.forget();
  }
}

module.exports = { withDeadline };
