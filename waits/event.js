'use strict';

const { onAbort } = require('./signal');

/**
 * The arguments of the next event of this name. It rejects when the signal fires or has fired, at an `error`, and at an
 * event after which it cannot come.
 * An event may never come: a caller without `signal` and `over` uses `within`.
 *
 * @param {import('node:events').EventEmitter} emitter
 * @param {string} name
 * @param {{ signal?: AbortSignal, over?: string }} end `over`: the last event of such an emitter
 * @returns {Promise<any[]>}
 */
function nextEvent(emitter, name, { signal, over }) {
  return new Promise((resolve, reject) => {
    const end = (/** @type {() => void} */ how) => {
      emitter.removeListener(name, came);
      emitter.removeListener('error', failed);
      if (over !== undefined) emitter.removeListener(over, ended);
      forget();
      how();
    };
    const came = (/** @type {any[]} */ ...values) => end(() => resolve(values));
    const failed = (/** @type {Error} */ error) => end(() => reject(error));
    const ended = () => end(() => reject(new Error(`${over} came, and no ${name} before it`)));
    emitter.on(name, came);
    emitter.on('error', failed);
    if (over !== undefined) emitter.on(over, ended);
    let forget = () => {};
    forget = onAbort(signal, () => end(() => reject(/** @type {AbortSignal} */ (signal).reason)));
  });
}

module.exports = { nextEvent };
