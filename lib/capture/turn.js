'use strict';

const { addon } = require('../native');
const { toError } = require('../errors');
const { onAbort } = require('../../waits/signal');

/**
 * The right to capture, of which a process has one, all of its threads together. Call `release` on every way out.
 *
 * @param {{ queue?: boolean, signal?: AbortSignal }} options `queue` waits for it, in the order of the calls
 * @returns {Promise<{ release(): void }>}
 */
async function takeTurn({ queue = false, signal }) {
  const caller = new Error('at');
  const turn = queue ? await wait(signal) : addon.takeTurn();
  if (signal && signal.aborted) {
    if (!(turn instanceof addon.Failure)) turn.release();
    throw signal.reason;
  }
  if (turn instanceof addon.Failure) throw toError(turn, caller);
  return turn;
}

/**
 * Not by `run`: when the signal fires the turn may be here already, and has to be given back.
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

module.exports = { takeTurn };
