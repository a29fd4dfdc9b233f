'use strict';

// The source of the watcher's snapshots and verdicts: a service, a store of its own, or two functions of the user.

const { createService } = require('../service');
const { openStore } = require('../store/store');
const { unlessGivenUp } = require('../../waits/bound');
const { onAbort } = require('../../waits/signal');

/**
 * @typedef {{ id: string, location?: string, kind?: 'image', encrypted?: 'age', whyImage?: string }} Taken a snapshot or
 *   a frozen image, and where it is; `whyImage`: why it is no snapshot
 */

/**
 * @typedef {object} Evidence
 * @property {(reason: string, signal: AbortSignal) => Promise<Taken>} capture
 * @property {(reason: string, signal: AbortSignal) => Promise<Taken>} [freeze] an image at once, where it is allowed
 * @property {(ids: string[], signal: AbortSignal) => Promise<Verdict>} analyse
 * @property {(ttlMs: number) => Promise<(() => Promise<void>) | undefined>} lock one of all processes holds it
 * @property {() => Promise<void>} close
 */

/** @typedef {{ document: import('../..').LeakDocument, report?: string }} Verdict `report`: its id in the store */

const TRIGGER = 'watch';
const LOCK = 'watch';

/**
 * @param {Pick<import('../..').WatchOptions, 'service' | 'store' | 'capture' | 'analyse' | 'whenNoRoom' | 'threads' | 'log'>} options
 * @returns {Promise<Evidence>}
 */
async function openEvidence({ service, store, capture, analyse, whenNoRoom, threads, log }) {
  if (capture && analyse) {
    return {
      capture: (reason, signal) =>
        unlessGivenUp(
          called(() => capture(reason, { signal })),
          { signal },
        ),
      analyse: async (ids, signal) => ({
        document: await unlessGivenUp(
          called(() => analyse(ids, { signal })),
          { signal },
        ),
      }),
      lock: async () => async () => {},
      close: async () => {},
    };
  }
  if (service) return ofService(service, whenNoRoom, async () => {});
  const isOpen = isStore(store);
  const opened = isOpen ? store : await openStore(store);
  const own = createService({ store: opened, threads, allowFreeze: whenNoRoom === 'freeze', ...(log && { log }) });
  return ofService(own, whenNoRoom, async () => {
    await own.close();
    if (!isOpen) await opened.close();
  });
}

/**
 * @param {import('../..').Store | import('../..').StoreConfig | undefined} store
 * @returns {store is import('../..').Store}
 */
function isStore(store) {
  return typeof (/** @type {import('../..').Store | undefined} */ (store)?.capture) === 'function';
}

/**
 * @param {import('../..').Service} service
 * @param {'freeze' | undefined} whenNoRoom
 * @param {() => Promise<void>} close
 * @returns {Evidence}
 */
function ofService(service, whenNoRoom, close) {
  /** @type {NonNullable<Evidence['freeze']>} */
  const freeze = (reason, signal) =>
    outcomeOf(service, service.capture({ trigger: TRIGGER, reason, mode: 'freeze' }), signal);
  return {
    capture: async (reason, signal) => {
      try {
        return await outcomeOf(service, service.capture({ trigger: TRIGGER, reason }), signal);
      } catch (error) {
        const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
        if (whenNoRoom !== 'freeze' || code !== 'HEAPHOUND_ERR_NO_HEADROOM') throw error;
        return { ...(await freeze(reason, signal)), whyImage: message };
      }
    },
    ...(whenNoRoom === 'freeze' && { freeze }),
    analyse: async (ids, signal) => {
      const operation = service.leaks(ids);
      return { document: await outcomeOf(service, operation, signal), report: operation.id };
    },
    lock: (ttlMs) => service.store.lock(LOCK, ttlMs),
    close,
  };
}

/**
 * @template T
 * @param {import('../..').Service} service
 * @param {import('../..').Operation<T>} operation
 * @param {AbortSignal} signal that cancels it
 */
async function outcomeOf(service, operation, signal) {
  const forget = onAbort(signal, () => void service.cancel(operation.id));
  try {
    return await operation.done;
  } finally {
    forget();
  }
}

/**
 * Calls a function of the user, which may throw, or return another value than a promise.
 *
 * @template T
 * @param {() => T | Promise<T>} work
 */
async function called(work) {
  return work();
}

module.exports = { openEvidence };
