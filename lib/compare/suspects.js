'use strict';

// The largest accumulations of one snapshot. This file stands beside the comparisons, because both leave out leaks that
// the user accepts.

const { ALL_ROWS } = require('../../checks/limits');
const { ignorePatterns, matches } = require('./ignore');
const { Snapshot, openSnapshot } = require('../open/snapshot');
const { OPEN, checkOptions, limit } = require('../options');

/** Default of the option `limit`. */
const MOST_SUSPECTS = 20;

const SUSPECTS = { ...OPEN, limit, ignore: ignorePatterns };

/**
 * @param {import('../..').SnapshotOrSource} source
 * @param {import('../..').SuspectOptions} [options]
 * @returns {Promise<import('../..').SuspectDocument>}
 */
async function findSuspects(source, options) {
  const { limit = MOST_SUSPECTS, ignore = [], ...opening } = checkOptions(options, SUSPECTS);
  const snapshot =
    source instanceof Snapshot ? source : await openSnapshot(/** @type {import('../..').Source} */ (source), opening);
  try {
    const { signal, onProgress } = opening;
    // Ignored suspects must not push others beyond the limit.
    const document = await snapshot.suspects({ signal, onProgress, limit: ignore.length > 0 ? ALL_ROWS : limit });
    const kept = document.suspects.filter((suspect) => !ignore.some((pattern) => matches(pattern, suspect)));
    return { ...document, suspects: kept.slice(0, limit), ignored: document.suspects.length - kept.length };
  } finally {
    if (snapshot !== source) await snapshot.close();
  }
}

module.exports = { findSuspects };
