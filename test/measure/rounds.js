'use strict';

// The steps of a measurement: warm up, then the same work before each further snapshot.

const path = require('node:path');
const { performance } = require('node:perf_hooks');
const { captureSnapshot } = require('../..');
const { collectGarbage } = require('./collector');
const { areKept } = require('../heap/ids');
const { beQuiet } = require('./quiet');

/**
 * @typedef {object} Plan
 * @property {number} iterations runs of the scenario in a round
 * @property {number} warmup rounds before the first snapshot
 * @property {number} snapshots
 * @property {number} settleMs milliseconds of rest after each round
 */

/**
 * @param {(iteration: number) => unknown} scenario
 * @param {Plan} plan
 * @param {string} directory for the snapshots
 * @returns {Promise<string[]>} their paths, oldest first
 */
async function takeRounds(scenario, { iterations, warmup, snapshots, settleMs }, directory) {
  const beLoud = beQuiet();
  try {
    let done = 0;
    const round = async () => {
      for (const end = done + iterations; done < end; done += 1) await scenario(done);
      // Node.js keeps an entry for each of the first 250 fetches. This buffer fills up and stops, but not in so few
      // runs.
      performance.clearResourceTimings?.();
      await collectGarbage(settleMs);
    };
    for (let at = 0; at < warmup; at += 1) await round();
    const files = [];
    for (let at = 0; at < snapshots; at += 1) {
      if (at > 0) await round();
      const file = path.join(directory, `${String.fromCharCode(65 + at)}.heapsnapshot.zst`);
      await captureSnapshot({ path: file, mode: 'inline', keepIds: at < snapshots - 1 || areKept(), queue: true });
      files.push(file);
    }
    return files;
  } finally {
    beLoud();
  }
}

module.exports = { takeRounds };
