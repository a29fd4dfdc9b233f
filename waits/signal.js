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

module.exports = { onAbort };
