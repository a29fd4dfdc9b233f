'use strict';

const { addon } = require('./native');
const { read } = require('./document');
const { withClasses } = require('./diff-class');
const { Snapshot, open, parse } = require('./snapshot');
const { OPEN, checkOptions, integer, oneOf, compareBy, limit } = require('./options');

const MAX_IDS = 1000;

const DIFF = {
  ...OPEN,
  sort: oneOf([
    'sizeDelta',
    'countDelta',
    'addedSize',
    'addedCount',
    'removedSize',
    'removedCount',
    'addedRetainedSize',
    'grownSize',
    'name',
  ]),
  limit,
  ids: integer(0, MAX_IDS),
  compareBy,
};

/**
 * @param {import('..').SnapshotOrSource} before
 * @param {import('..').SnapshotOrSource} after
 * @param {import('..').DiffOptions} [options]
 * @returns {Promise<import('..').DiffDocument>}
 */
async function diffSnapshots(before, after, options) {
  const { sort, limit, ids, compareBy, ...opening } = checkOptions(options, DIFF);
  const work = { signal: opening.signal, onProgress: opening.onProgress, snapshot: 1 };
  // The newer one comes first: it decides the classes of both, and of the older one parsing is then enough.
  const newer = after instanceof Snapshot ? after : await open(after, opening, 1);
  /** @type {Snapshot | undefined} */
  let older;
  try {
    older = before instanceof Snapshot ? before : await parse(before, opening, 0);
    const idSpaces = [older, newer].map((snapshot) => snapshot.info.idSpace);
    const json = JSON.stringify({ sort, limit, ids, compareBy, idSpaces });
    const pages = await Snapshot.job([older, newer], work, ([from, to], control) => addon.diff(from, to, json, control));
    return withClasses({ before: older.info, after: newer.info, ...(await read(pages)) }, limit !== undefined);
  } finally {
    if (newer !== /** @type {unknown} */ (after)) await newer.close();
    if (older && older !== /** @type {unknown} */ (before)) await older.close();
  }
}

module.exports = { diffSnapshots };
