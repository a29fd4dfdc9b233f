'use strict';

const { addon } = require('./native');
const { read } = require('./document');
const { optionError } = require('./errors');
const { Snapshot, open } = require('./snapshot');
const { OPEN, checkOptions, limit } = require('./options');

const LEAKS = { ...OPEN, limit };

/**
 * @param {import('..').SnapshotOrSource[]} snapshots oldest first
 * @param {import('..').LeakOptions} [options]
 * @returns {Promise<import('..').LeakDocument>}
 */
async function findLeaks(snapshots, options) {
  if (!Array.isArray(snapshots) || snapshots.length < 2) {
    throw optionError('snapshots', 'must be an array of two or more, oldest first');
  }
  const checked = checkOptions(options, LEAKS);
  const { limit, ...opening } = checked;
  /** @type {Snapshot[]} */
  const opened = [];
  /** @type {Snapshot[]} */
  const ours = [];
  try {
    for (const [position, source] of snapshots.entries()) {
      const snapshot = source instanceof Snapshot ? source : await open(source, opening, position);
      if (/** @type {unknown} */ (snapshot) !== source) ours.push(snapshot);
      opened.push(snapshot);
    }
    const work = { signal: opening.signal, onProgress: opening.onProgress, snapshot: opened.length - 1 };
    const json = JSON.stringify({ limit });
    const pages = await Snapshot.job(opened, work, (heaps, control) => addon.findLeaks(heaps, json, control));
    return { snapshots: opened.map((snapshot) => snapshot.info), ...(await read(pages)) };
  } finally {
    await Promise.all(ours.map((snapshot) => snapshot.close()));
  }
}

module.exports = { findLeaks };
