'use strict';

/**
 * Calls `listener` when the signal fires, and at once when it has fired already: then its event will not come.
 *
 * @param {AbortSignal | undefined} signal none never fires
 * @param {() => void} listener
 * @returns {() => void} takes the listener away
 */
function onAbort(signal, listener) {
  if (signal === undefined) return () => {};
  if (signal.aborted) {
    listener();
    return () => {};
  }
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

/**
 * A signal that fires when the first of `signals` does, with its reason. Call `forget` once nobody needs it.
 *
 * `AbortSignal.any` does not do: Node.js has it from 20.3 on, and it has nothing to call: a signal that lives as long as
 * the process would collect one follower for each call.
 *
 * @param {readonly (AbortSignal | undefined)[]} signals
 * @returns {{ signal: AbortSignal, forget: () => void }}
 */
function firstOf(signals) {
  const first = new AbortController();
  const listening = signals.map((signal) => onAbort(signal, () => first.abort(signal?.reason)));
  return { signal: first.signal, forget: () => listening.forEach((forget) => forget()) };
}

module.exports = { firstOf, onAbort };
