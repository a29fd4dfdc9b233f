'use strict';

const { addon } = require('../native');
const { read } = require('../native/document');
const { withClasses } = require('./diff-class');
const { SEQUENCE, openSequence } = require('./sequence');
const { DIFF_SORTS } = require('../../checks/sorts');
const { inside } = require('../open/snapshot');
const { OPEN, checkOptions, integer, oneOf, compareBy, limit } = require('../options');

const MAX_IDS = 1000;

const DIFF = {
  ...OPEN,
  ...SEQUENCE,
  sort: oneOf(DIFF_SORTS),
  limit,
  ids: integer(0, MAX_IDS),
  compareBy,
};

/**
 * @param {import('../..').SnapshotOrSource} before
 * @param {import('../..').SnapshotOrSource} [after] may be missing when `before` is a folder
 * @param {import('../..').DiffOptions} [options]
 * @returns {Promise<import('../..').DiffDocument>}
 */
async function diffSnapshots(before, after, options) {
  return diffKnown(after === undefined ? [before] : [before, after], options);
}

/**
 * @param {import('../..').SnapshotOrSource[]} given two, or one folder
 * @param {import('../..').DiffOptions} [options]
 * @param {import('../open/provenance').Provenance[]} [known] facts about each snapshot, from its store
 * @returns {Promise<import('../..').DiffDocument>}
 */
async function diffKnown(given, options, known) {
  const { sort, limit, ids, compareBy, order: wanted, allow, ...opening } = checkOptions(options, DIFF);
  const sequence = await openSequence(given, opening, { order: wanted, allow, known, isPair: true });
  try {
    const { snapshots, order, comparison } = sequence;
    const last = snapshots.length - 1;
    // The older snapshot only has to be parsed.
    const [older, newer] = [snapshots[0], await sequence.analysed(last)];
    const work = { signal: opening.signal, onProgress: opening.onProgress, snapshot: order.given[last] };
    const json = JSON.stringify({ sort, limit, ids, compareBy, comparison });
    const [before, after] = [older.info, newer.info];
    const pages = await inside.job([older, newer], work, ([from, to], control) => addon.diff(from, to, json, control));
    /** @type {Omit<import('../..').DiffDocument, 'before' | 'after' | 'order' | 'class'> & { names: string }} */
    const { names, ...document } = await read(pages);
    return withClasses({ before, after, order, ...document }, names);
  } finally {
    await sequence.close();
  }
}

module.exports = { diffKnown, diffSnapshots };
