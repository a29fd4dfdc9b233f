'use strict';

// The best picture of memory that there is still room for: a snapshot, else allocation sites, else statistics.

const v8 = require('node:v8');
const { insteadOf } = require('./instead');
const { allocationSites } = require('./allocation-sites');

/**
 * Above this share of its limit the heap may end before a snapshot or a sample does: from 80 % on V8 gives up when its
 * collections free too little.
 */
const TOO_LATE = 0.85;

/**
 * @typedef {object} Picture
 * @property {'snapshot' | 'allocation-sites' | 'statistics'} rung
 * @property {import('./evidence').Taken} [snapshot]
 * @property {import('./evidence').Taken} [image] instead of a snapshot, beside one of the other pictures
 * @property {import('./allocation-sites').AllocationSite[]} [sites]
 * @property {object} statistics
 * @property {string[]} skipped the reasons against the pictures before this one
 */

/**
 * Never rejects, unless `signal` fires.
 *
 * @param {object} how
 * @param {number} how.share used share of the limit
 * @param {(() => Promise<import('./evidence').Taken>) | string} how.capture takes a snapshot; a text is the reason why
 *   there will be none
 * @param {() => Promise<import('./evidence').Taken>} [how.freeze] makes an image, for which it is never too late
 * @param {number} how.samplingMs
 * @param {AbortSignal} how.signal
 * @returns {Promise<Picture>}
 */
async function picture({ share, capture, freeze, samplingMs, signal }) {
  // First of all, so that they exist even if the process ends before the rest is done.
  const numbers = statistics();
  /** @type {string[]} */
  const skipped = [];
  /** @type {import('./evidence').Taken | undefined} */
  let image;
  const late = share >= TOO_LATE ? `${Math.round(share * 100)} % of the limit are used` : undefined;
  if (late !== undefined || typeof capture === 'string') {
    const why = `${late ?? capture}`;
    if (late !== undefined && typeof capture !== 'string' && freeze) {
      try {
        image = await freeze();
      } catch (error) {
        signal.throwIfAborted();
        skipped.push(`no frozen image: ${/** @type {Error} */ (error).message}`);
      }
    }
    skipped.push(image ? insteadOf(image, why) : `no snapshot: ${why}`);
  } else {
    try {
      const taken = await capture();
      if (taken.kind !== 'image') return { rung: 'snapshot', snapshot: taken, statistics: numbers, skipped };
      image = taken;
      skipped.push(insteadOf(taken));
    } catch (error) {
      signal.throwIfAborted();
      skipped.push(`no snapshot: ${/** @type {Error} */ (error).message}`);
    }
  }
  if (late !== undefined) {
    skipped.push(`no sampling: ${late}`);
  } else {
    try {
      return {
        rung: 'allocation-sites',
        sites: await allocationSites(samplingMs, signal),
        ...(image && { image }),
        statistics: numbers,
        skipped,
      };
    } catch (error) {
      signal.throwIfAborted();
      skipped.push(`no sampling: ${/** @type {Error} */ (error).message}`);
    }
  }
  return { rung: 'statistics', statistics: numbers, ...(image && { image }), skipped };
}

/** All bytes. */
function statistics() {
  const {
    heap_size_limit: heapLimit,
    used_heap_size: heapUsed,
    total_heap_size: heapTotal,
    malloced_memory: malloced,
  } = v8.getHeapStatistics();
  const { rss, external, arrayBuffers } = process.memoryUsage();
  const spaces = Object.fromEntries(
    v8.getHeapSpaceStatistics().map(({ space_name: name, space_used_size: used }) => [name, used]),
  );
  return { heapLimit, heapUsed, heapTotal, malloced, rss, external, arrayBuffers, spaces };
}

module.exports = { picture, statistics };
