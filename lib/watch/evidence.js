'use strict';

// The source of the watcher's snapshots and verdicts: a service, a store of its own, or two functions of the user.

const { createService } = require('../service');
const { openStore } = require('../store/store');
const { unlessGivenUp } = require('../../waits/bound');
const { onAbort } = require('../../waits/signal');

/** @typedef {{ id: string, location?: string }} Taken a snapshot, and where it is */

/**
 * @typedef {object} Evidence
 * @property {(reason: string, signal: AbortSignal) => Promise<Taken>} capture
 * @property {(ids: string[], signal: AbortSignal) => Promise<Verdict>} analyse
 * @property {(ttlMs: number) => Promise<(() => Promise<void>) | undefined>} lock one of all processes holds it
 * @property {() => Promise<void>} close
 */

/** @typedef {{ document: import('../..').LeakDocument, report?: string }} Verdict `report`: its id in the store */

const TRIGGER = 'watch';
const LOCK = 'watch';

/**
 * @param {Pick<import('../..').WatchOptions, 'service' | 'store' | 'capture' | 'analyse' | 'threads' | 'log'>} options
 * @returns {Promise<Evidence>}
 */
async function openEvidence({ service, store, capture, analyse, threads, log }) {
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
  if (service) return ofService(service, async () => {});
  const isOpen = isStore(store);
  const opened = isOpen ? store : await openStore(store);
  const own = createService({ store: opened, threads, ...(log && { log }) });
  return ofService(own, async () => {
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
 * @param {() => Promise<void>} close
 * @returns {Evidence}
 */
function ofService(service, close) {
  return {
    capture: (reason, signal) => outcomeOf(service, service.capture({ trigger: TRIGGER, reason }), signal),
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
