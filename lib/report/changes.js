'use strict';

// What is other in the newer one of two reports: their leaks, and the sizes of classes.

const { compareRates, matchLeaks, rateOf } = require('../compare/matched-leaks');
const { optionError } = require('../errors');

/** Classes that changed most. */
const MOST_CLASSES = 30;
/** Sizes of one suspect that differ by less are the same. */
const SAME_WITHIN = 0.1;

/**
 * @typedef {import('../..').ReportDocument} ReportDocument
 * @typedef {import('../..').ReportChange} ReportChange
 */

/**
 * @param {ReportDocument} older
 * @param {ReportDocument} newer
 * @returns {import('../..').ReportChanges}
 */
function compareReports(older, newer) {
  if (older.sort !== newer.sort)
    throw optionError(
      'reports',
      'must both be of one snapshot, or both of several: one shows growth, the other does not',
    );
  const found = older.sort === 'leaks' ? changedLeaks(older, newer) : changedSuspects(older, newer);
  const { changes, rest } = found;
  const isMissing = changes.some(({ state }) => state === 'missing');
  return {
    schema: 'heaphound.report-changes/1',
    sort: older.sort,
    verdict: { older: older.verdict.headline, newer: newer.verdict.headline },
    changes: [...changes, ...rest],
    classes: changedClasses(older, newer),
    doubts: isMissing
      ? [
          'What is missing may be gone, or the work that makes it was not done: two reports do not show that. ' +
            'heaphound verify reads the snapshots of both and tells.',
        ]
      : [],
  };
}

/** @param {ReportDocument} older @param {ReportDocument} newer */
function changedLeaks(older, newer) {
  const { matches, rest } = matchLeaks(older.leaks?.leaks ?? [], newer.leaks?.leaks ?? []);
  /** @type {ReportChange[]} */
  const changes = matches.map((match) => {
    const rate = rateOf(match, {});
    const [leak] = match.before;
    const state = match.after.length === 0 ? 'missing' : match.isMoved ? 'moved' : compareRates(rate);
    return { state, className: leak.className, ...fingerprints(match.fingerprint, match.after[0]), rate };
  });
  return { changes, rest: rest.map(fresh) };
}

/**
 * @param {ReportDocument} older
 * @param {ReportDocument} newer
 */
function changedSuspects(older, newer) {
  const left = new Map(newer.entries.map((entry) => [entry.fingerprint, entry]));
  /** @type {ReportChange[]} */
  const changes = older.entries.map(({ fingerprint, className, size }) => {
    const after = left.get(fingerprint);
    left.delete(fingerprint);
    const rate = {
      of: /** @type {const} */ ('bytes'),
      per: /** @type {const} */ ('heap'),
      before: size,
      after: after?.size ?? 0,
    };
    return { state: stateOf(rate, after), className, ...fingerprints(fingerprint, after), rate };
  });
  return { changes, rest: [...left.values()].map(fresh) };
}

/**
 * @param {{ before: number, after: number }} rate
 * @param {unknown} after
 * @returns {ReportChange['state']}
 */
function stateOf(rate, after) {
  if (after === undefined) return 'missing';
  if (Math.abs(rate.after - rate.before) <= rate.before * SAME_WITHIN) return 'same';
  return rate.after < rate.before ? 'smaller' : 'larger';
}

/**
 * @param {string} before
 * @param {{ fingerprint: string } | undefined} after
 */
function fingerprints(before, after) {
  return { before, ...(after === undefined ? {} : { after: after.fingerprint }) };
}

/**
 * @param {{ className: string, fingerprint: string }} one
 * @returns {ReportChange}
 */
function fresh({ className, fingerprint }) {
  return { state: 'new', className, after: fingerprint };
}

/**
 * Of the last snapshots, by class key: the sizes that differ most.
 *
 * @param {ReportDocument} older
 * @param {ReportDocument} newer
 * @returns {import('../..').ReportClassChange[]}
 */
function changedClasses(older, newer) {
  // A class that a report does not list is not known to be absent.
  const before = new Map((older.classes ?? []).map((row) => [row.name, lastOf(row)]));
  return (newer.classes ?? [])
    .flatMap((row) => {
      const was = before.get(row.name);
      const is = lastOf(row);
      return was === undefined || (was.count === is.count && was.size === is.size)
        ? []
        : [{ name: row.name, before: was, after: is }];
    })
    .sort((a, b) => Math.abs(b.after.size - b.before.size) - Math.abs(a.after.size - a.before.size))
    .slice(0, MOST_CLASSES);
}

/** @param {import('../..').ReportClass} row */
function lastOf({ counts, sizes }) {
  return { count: counts[counts.length - 1], size: sizes[sizes.length - 1] };
}

module.exports = { compareReports };
