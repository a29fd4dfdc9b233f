'use strict';

// The rules of the watcher. A rule decides about levels, and names the action that follows.

const { trend } = require('./trend');

/** A rise below both is too small for an investigation. */
const MIN_GROWTH = 1_000_000;
const MIN_SHARE = 0.08;
/** Memory outside of V8's heap grows and shrinks in larger pieces. */
const MIN_GAP_GROWTH = 32_000_000;
const MIN_GAP_RATIO = 2;

/**
 * @typedef {object} View the measurements that a rule may read
 * @property {number} time milliseconds of watching
 * @property {number} minWindows
 * @property {{ heap: import('./windows').Level, external: import('./windows').Level, gap: import('./windows').Level }}
 *   levels
 * @property {number} heapLimit bytes
 * @property {number} rss bytes
 * @property {{ limitBytes: number, usedBytes: number }} [container]
 */

/**
 * @typedef {object} Finding
 * @property {number} level bytes
 * @property {number} [slope] bytes for each second
 * @property {number} [limit] bytes
 */

/**
 * @typedef {object} Rule
 * @property {string} meaning the condition that it looks for
 * @property {string} diagnosis its text in an alarm
 * @property {'investigate' | 'describe' | 'tell'} action 'investigate': three snapshots and a verdict; 'describe': the
 *   best picture that there is room for; 'tell': the
 * alarm alone
 * @property {'heap' | 'external' | 'gap'} [level] the level whose trend it follows
 * @property {number} [share] share of the limit, for rules where it can be set
 * @property {(view: View, share: number) => Finding | undefined} find
 */

/** @type {Record<string, Rule>} */
const RULES = {
  'heap-trend': {
    meaning: 'the heap that is left after major collections keeps rising',
    diagnosis: 'objects pile up in the heap',
    action: 'investigate',
    level: 'heap',
    find: (view) => rise(view, 'heap', MIN_GROWTH),
  },
  'external-trend': {
    meaning: 'memory of Buffers and ArrayBuffers keeps rising',
    diagnosis:
      'Buffers, ArrayBuffers or objects of native add-ons pile up: most of their bytes are outside of the heap, and a snapshot shows the small objects that hold them',
    action: 'investigate',
    level: 'external',
    find: (view) => rise(view, 'external', MIN_GROWTH),
  },
  'rss-gap': {
    meaning: 'memory of the process that is neither heap nor Buffers keeps rising',
    diagnosis:
      'memory that V8 does not know of: fragmentation of the allocator (try MALLOC_ARENA_MAX=2, or jemalloc) or a native add-on that leaks; a heap snapshot would not show it',
    action: 'tell',
    level: 'gap',
    find: (view) =>
      view.rss >= MIN_GAP_RATIO * (view.levels.heap.latest ?? Infinity) ? rise(view, 'gap', MIN_GAP_GROWTH) : undefined,
  },
  'heap-limit': {
    meaning: 'the heap that is left after a major collection comes near to its limit (--max-old-space-size)',
    diagnosis: 'the process will end with "heap out of memory" when this goes on',
    action: 'describe',
    share: 0.7,
    find: ({ levels: { heap }, heapLimit }, share) => near(heap.latest, heapLimit, share),
  },
  'container-limit': {
    meaning: 'the memory of the control group comes near to its limit',
    diagnosis: 'the kernel will end the process (OOM) when this goes on',
    action: 'describe',
    share: 0.85,
    find: ({ container }, share) => near(container?.usedBytes, container?.limitBytes, share),
  },
};

/**
 * @param {View} view
 * @param {'heap' | 'external' | 'gap'} name
 * @param {number} minGrowth
 * @returns {Finding | undefined}
 */
function rise({ time, minWindows, levels }, name, minGrowth) {
  for (const windows of levels[name].scales(time)) {
    const found = trend(windows, { minPoints: minWindows, minGrowth, minShare: MIN_SHARE });
    if (found?.isRising) return { level: windows[windows.length - 1].value, slope: found.slope * 1000 };
  }
  return undefined;
}

/**
 * @param {number | undefined} used
 * @param {number | undefined} limit
 * @param {number} share
 * @returns {Finding | undefined}
 */
function near(used, limit, share) {
  return used !== undefined && limit !== undefined && used >= share * limit ? { level: used, limit } : undefined;
}

module.exports = { MIN_GAP_RATIO, RULES };
