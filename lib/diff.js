'use strict';

const { addon } = require('./native');
const { read } = require('./document');
const { Snapshot, open } = require('./snapshot');
const { OPEN, checkOptions, integer, oneOf, limit } = require('./options');

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
};

/**
 * @param {import('..').SnapshotOrSource} before
 * @param {import('..').SnapshotOrSource} after
 * @param {import('..').DiffOptions} [options]
 * @returns {Promise<import('..').DiffDocument>}
 */
async function diffSnapshots(before, after, options) {
  const checked = checkOptions(options, DIFF);
  const { sort, limit, ids, ...opening } = checked;
  const work = { signal: opening.signal, onProgress: opening.onProgress };
  const older = await toSide(before, opening);
  const newer = after instanceof Snapshot ? after : await open(after, opening, 1);
  try {
    const json = JSON.stringify({ sort, limit, ids });
    const document = await read(
      await Snapshot.job([newer], { ...work, snapshot: 1 }, ([heap], control) =>
        addon.diff(older.side, heap, json, control),
      ),
    );
    return { before: older.info, after: newer.info, ...document };
  } finally {
    if (/** @type {unknown} */ (newer) !== after) await newer.close();
  }
}

/**
 * What a diff needs of the older snapshot; the rest of it is given back before the newer one is read.
 *
 * @param {import('..').SnapshotOrSource} before
 * @param {any} opening
 */
async function toSide(before, opening) {
  const snapshot = before instanceof Snapshot ? before : await open(before, opening, 0);
  try {
    const side = await Snapshot.job([snapshot], { signal: opening.signal }, ([heap], control) => heap.diffSide(control));
    return { side, info: snapshot.info };
  } finally {
    if (/** @type {unknown} */ (snapshot) !== before) await snapshot.close();
  }
}

module.exports = { diffSnapshots };
