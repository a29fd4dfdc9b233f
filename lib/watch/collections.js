'use strict';

// Reports each major collection from the event loop, soon after it.

const { PerformanceObserver, constants } = require('node:perf_hooks');

/** @typedef {import('node:perf_hooks').PerformanceEntry & { detail?: { kind?: number } }} Collection */

/**
 * @param {() => void} collected
 * @returns {() => void} ends it
 */
function observeCollections(collected) {
  const observer = new PerformanceObserver((list) => {
    const entries = /** @type {Collection[]} */ (list.getEntries());
    const isMajor = entries.some(({ detail }) => detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR);
    if (isMajor) collected();
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

module.exports = { observeCollections };
