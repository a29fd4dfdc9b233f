'use strict';

// The steps of a measurement: warm up, look whether the heap stands still, and if not, the same work before each
// further snapshot.

const path = require('node:path');
const { performance } = require('node:perf_hooks');
const { captureSnapshot } = require('../..');
const { collectGarbage, restAndCollect } = require('./collector');
const { areKept } = require('../heap/ids');
const { lookForStillness } = require('./first-pass');
const { isLargeHeap } = require('./large-heap');
const { beQuiet } = require('./quiet');

/** Collections before a look at the gauges. What a later one would free only makes the look less sure. */
const COLLECTIONS_OF_A_LOOK = 2;
/** In a large heap, where each takes half a second of the processor. */
const COLLECTIONS_OF_A_LARGE_LOOK = 1;
/** Milliseconds of rest before a look that decides nothing, so that it uses the same timers. */
const BRIEF_MS = 2;

/**
 * @typedef {object} Plan
 * @property {number} iterations runs of the scenario in a round
 * @property {number} warmup rounds before the first snapshot
 * @property {number} snapshots
 * @property {number} settleMs milliseconds of rest after each round
 * @property {boolean} alwaysSnapshots also where the heap stands still
 */

/**
 * @typedef {object} Rounds
 * @property {string[]} files paths of the snapshots, oldest first; none where the heap stood still without them
 * @property {number} lookRounds rounds of the first look, after those of the warm-up
 * @property {number} runs of the scenario in all
 */

/**
 * @param {(iteration: number) => unknown} scenario
 * @param {Plan} plan
 * @param {string} directory for the snapshots
 * @param {() => void} [onSnapshots] called before the first snapshot
 * @returns {Promise<Rounds>}
 */
async function takeRounds(scenario, plan, directory, onSnapshots = () => {}) {
  const { iterations, warmup, snapshots, settleMs, alwaysSnapshots } = plan;
  const beLoud = beQuiet();
  try {
    let done = 0;
    const run = async () => {
      for (const end = done + iterations; done < end; done += 1) await scenario(done);
      // Node.js keeps an entry for each of the first 250 fetches. This buffer fills up and stops, but not in so few
      // runs.
      performance.clearResourceTimings?.();
    };
    const round = async () => {
      await run();
      await collectGarbage(settleMs);
    };
    // One function for all kinds: the first call of another makes objects.
    const most = isLargeHeap() ? COLLECTIONS_OF_A_LARGE_LOOK : COLLECTIONS_OF_A_LOOK;
    const lookedAt = async (/** @type {import('./first-pass').Round} */ kind) => {
      await run();
      await restAndCollect(kind === 'brief' ? BRIEF_MS : settleMs, most, kind !== 'warm');
    };
    const look = alwaysSnapshots ? undefined : await lookForStillness(lookedAt, plan);
    const lookRounds = look?.rounds ?? 0;
    if (look?.isStill) return { files: [], lookRounds, runs: done };
    if (look === undefined) for (let at = 0; at < warmup; at += 1) await round();
    onSnapshots();
    const files = [];
    for (let at = 0; at < snapshots; at += 1) {
      if (at > 0) await round();
      const file = path.join(directory, `${String.fromCharCode(65 + at)}.heapsnapshot.zst`);
      await captureSnapshot({ path: file, mode: 'inline', keepIds: at < snapshots - 1 || areKept(), queue: true });
      files.push(file);
    }
    return { files, lookRounds, runs: done };
  } finally {
    beLoud();
  }
}

module.exports = { takeRounds };
