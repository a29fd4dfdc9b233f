'use strict';

const { addon } = require('../native');
const { toError } = require('../errors');
const { onAbort } = require('../../waits/signal');

/**
 * The lock that a capture holds: a process has one for all of its threads. Call `release` on every way out.
 *
 * @param {{ queue?: boolean, signal?: AbortSignal }} options `queue` waits for it, first come first served
 * @returns {Promise<{ release(): void }>}
 */
async function lockCapture({ queue = false, signal }) {
  const caller = new Error('at');
  const lock = queue ? await wait(signal) : addon.takeTurn();
  if (signal && signal.aborted) {
    if (!(lock instanceof addon.Failure)) lock.release();
    throw signal.reason;
  }
  if (lock instanceof addon.Failure) throw toError(lock, caller);
  return lock;
}

/**
 * Not by `run`: when the signal fires, the lock may be here already and has to be released.
 *
 * @param {AbortSignal} [signal]
 */
async function wait(signal) {
  const control = new addon.Control();
  const forget = onAbort(signal, () => control.cancel());
  try {
    return await addon.waitForTurn(control);
  } finally {
    forget();
  }
}

module.exports = { lockCapture };
