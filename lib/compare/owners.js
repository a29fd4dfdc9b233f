'use strict';

// How many bytes each package, or each file, gained between two snapshots.

const { SEQUENCE, openSequence } = require('./sequence');
const { OWNER_DIFF_SORTS, OWNER_KINDS } = require('../../checks/sorts');
const { OPEN, checkOptions, oneOf, limit: limitCheck } = require('../options');

const OPTIONS = { ...OPEN, ...SEQUENCE, by: oneOf(OWNER_KINDS), sort: oneOf(OWNER_DIFF_SORTS), limit: limitCheck };

/** @typedef {import('../..').OwnerSum} Sum */
/** @typedef {import('../..').OwnerChange} Change */
/** @typedef {import('../..').OwnerDiff} OwnerDiff */
/** @typedef {import('../..').OwnerRest} Rest */

/** @type {Sum} */
const NOTHING = { count: 0, shallowSize: 0 };

/**
 * @param {import('../..').SnapshotOrSource} before
 * @param {import('../..').SnapshotOrSource} [after] may be missing when `before` is a folder
 * @param {import('../..').OwnerDiffOptions} [options]
 * @returns {Promise<import('../..').OwnerDiffDocument>}
 */
async function diffOwners(before, after, options) {
  const checked = checkOptions(options, OPTIONS);
  const { by = 'package', sort = 'sizeDelta', limit = Infinity, order: wanted, allow, ...opening } = checked;
  const given = after === undefined ? [before] : [before, after];
  const sequence = await openSequence(given, opening, { order: wanted, allow, isPair: true });
  try {
    const { snapshots, order } = sequence;
    const last = snapshots.length - 1;
    const question = { by, signal: opening.signal, onProgress: opening.onProgress };
    const older = await (await sequence.analysed(0)).owners(question);
    const newer = await (await sequence.analysed(last)).owners(question);
    const rows = joined(older.owners, newer.owners).sort(comparer(sort));
    const shown = rows.slice(0, limit);
    const cut = rows.slice(limit);
    return {
      before: older.snapshot,
      after: newer.snapshot,
      order,
      by,
      owners: shown,
      more: { owners: cut.length, ...sumOf(cut) },
      rest: restOf(older.rest, newer.rest),
    };
  } finally {
    await sequence.close();
  }
}

/**
 * @param {import('../..').OwnerSummary[]} older
 * @param {import('../..').OwnerSummary[]} newer
 * @returns {OwnerDiff[]}
 */
function joined(older, newer) {
  /** @type {Map<string, { name: string, kind: OwnerDiff['kind'], was: Sum, is: Sum }>} */
  const rows = new Map();
  for (const [side, owners] of /** @type {const} */ ([
    ['was', older],
    ['is', newer],
  ])) {
    for (const { name, kind, ...sum } of owners) {
      const key = `${kind} ${name}`;
      const row = rows.get(key) ?? { name, kind, was: NOTHING, is: NOTHING };
      rows.set(key, { ...row, [side]: sum });
    }
  }
  return [...rows.values()].map(({ name, kind, was, is }) => ({ name, kind, ...change(was, is) }));
}

/**
 * @param {Sum} was
 * @param {Sum} is
 * @returns {Change}
 */
function change(was, is) {
  return {
    countBefore: was.count,
    countAfter: is.count,
    countDelta: is.count - was.count,
    sizeBefore: was.shallowSize,
    sizeAfter: is.shallowSize,
    sizeDelta: is.shallowSize - was.shallowSize,
  };
}

/**
 * @param {Change[]} changes
 * @returns {Change}
 */
function sumOf(changes) {
  const total = (/** @type {keyof Change} */ field) => changes.reduce((sum, row) => sum + row[field], 0);
  const was = { count: total('countBefore'), shallowSize: total('sizeBefore') };
  return change(was, { count: total('countAfter'), shallowSize: total('sizeAfter') });
}

/**
 * @param {Rest} was
 * @param {Rest} is
 * @returns {import('../..').OwnerRestDiff}
 */
function restOf(was, is) {
  return {
    ...change(was, is),
    several: change(was.several, is.several),
    nobody: change(was.nobody, is.nobody),
    extraNativeDelta: is.extraNativeSize - was.extraNativeSize,
  };
}

/**
 * Largest first; equal ones by name.
 *
 * @param {NonNullable<import('../..').OwnerDiffOptions['sort']>} sort
 * @returns {(a: OwnerDiff, b: OwnerDiff) => number}
 */
function comparer(sort) {
  const byName = (/** @type {OwnerDiff} */ a, /** @type {OwnerDiff} */ b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.kind < b.kind ? -1 : 1;
  if (sort === 'name') return byName;
  return (a, b) => b[sort] - a[sort] || byName(a, b);
}

module.exports = { diffOwners };
