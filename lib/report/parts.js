'use strict';

// The parts of a report beside its verdict: what the snapshots consist of, and what changed. Each is small: a report is
// read by people, and mailed.

const { diffSnapshots } = require('../compare/diff');

/** Classes that grew most, and classes that retain most. */
const MOST_GROWN = 40;
const MOST_RETAINING = 25;
const MOST_CHANGED = 60;
const MOST_BOXES = 400;
const MOST_STRINGS = 20;
const MOST_PACKAGES = 40;

/** @typedef {import('../..').Snapshot} Snapshot */
/** @typedef {import('../..').WorkOptions} Work */

/**
 * The number and the bytes of each class in each snapshot: the classes that grew most, and those that retain most.
 *
 * @param {Snapshot[]} snapshots oldest first
 * @param {Work} work
 * @returns {Promise<import('../..').ReportClass[]>}
 */
async function classesOf(snapshots, work) {
  /** @type {Map<string, import('../..').ReportClass>} */
  const rows = new Map();
  for (const [at, snapshot] of snapshots.entries()) {
    const isLast = at === snapshots.length - 1;
    for (const { key, name, count, shallowSize, retainedSize, location } of (await snapshot.summary(work)).classes) {
      let row = rows.get(key);
      if (row === undefined) {
        const zeros = () => snapshots.map(() => 0);
        rows.set(key, (row = { key, name, counts: zeros(), sizes: zeros(), retainedSize: 0 }));
      }
      row.counts[at] = count;
      row.sizes[at] = shallowSize;
      if (isLast) row.retainedSize = retainedSize;
      if (location !== undefined) row.location = location;
    }
  }
  const growth = (/** @type {import('../..').ReportClass} */ { sizes }) => sizes[sizes.length - 1] - sizes[0];
  const byKey = [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const retaining = byKey.toSorted((a, b) => b.retainedSize - a.retainedSize).slice(0, MOST_RETAINING);
  const grown = byKey
    .filter((row) => growth(row) !== 0)
    .sort((a, b) => Math.abs(growth(b)) - Math.abs(growth(a)))
    .slice(0, snapshots.length > 1 ? MOST_GROWN : 0);
  return [...new Set([...grown, ...retaining])];
}

/**
 * From the first snapshot to the last.
 *
 * @param {Snapshot[]} snapshots two or more
 * @param {import('../..').DiffOptions} options
 * @returns {Promise<import('../..').ReportComparison>}
 */
async function comparisonOf(snapshots, options) {
  const pair = [snapshots[0], snapshots[snapshots.length - 1]];
  const found = await diffSnapshots(pair[0], pair[1], { ...options, limit: MOST_CHANGED, ids: 3 });
  return { ...found.comparison, rows: found.classes, resized: found.resized, leftOut: found.leftOut };
}

/**
 * @param {Snapshot} snapshot
 * @param {Work & { withStrings: boolean }} options
 * @returns {Promise<import('../..').ReportStrings>}
 */
async function stringsOf(snapshot, { withStrings, ...work }) {
  const groups = await snapshot.duplicateStrings(work);
  const shown = groups.toSorted((a, b) => b.wastedSize - a.wastedSize).slice(0, MOST_STRINGS);
  return {
    wastedSize: groups.reduce((sum, group) => sum + group.wastedSize, 0),
    leftOut: groups.length - shown.length,
    groups: shown.map(({ value, count, shallowSize, retainedSize, wastedSize }) => ({
      ...(withStrings ? { value } : {}),
      length: value.length,
      count,
      shallowSize,
      retainedSize,
      wastedSize,
    })),
  };
}

/**
 * @param {Snapshot} snapshot
 * @param {Work} work
 */
async function packagesOf(snapshot, work) {
  const { snapshot: _, ...owners } = await snapshot.owners({ ...work, by: 'package', limit: MOST_PACKAGES });
  return owners;
}

/**
 * @param {Snapshot} snapshot
 * @param {Work} work
 */
async function boxesOf(snapshot, work) {
  return snapshot.dominatorBoxes({ ...work, by: 'class', limit: MOST_BOXES });
}

module.exports = { boxesOf, classesOf, comparisonOf, packagesOf, stringsOf };
