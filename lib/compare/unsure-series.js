'use strict';

// When does a series without a leak not show that it is gone?

/** Snapshots from which on growth in every interval is more than the start of something. */
const ENOUGH_SNAPSHOTS = 3;
/** From this length on, the length of an interval says something about its work (`lib/compare/leaks.js`). */
const LONG_MS = 30_000;
/** An interval that is shorter than this part of the former ones had less work. */
const MUCH_SHORTER = 0.5;
/** Rules after which growth may go on: too little to decide, or only in the last interval. */
const UNDECIDED = ['few', 'recent'];

/** @typedef {import('../..').LeakDocument} LeakDocument */

/**
 * The reasons why the second series cannot show that a leak is gone: clauses without a full stop.
 *
 * @param {LeakDocument} after
 * @param {LeakDocument} before
 * @param {{ before?: number[], after?: number[] }} operations
 */
function whyUnsure(after, before, operations) {
  const { snapshots, order, accounting, outside } = after;
  const reasons = [];
  if (snapshots.length < ENOUGH_SNAPSHOTS)
    reasons.push(`the second series has ${snapshots.length} snapshots: three show whether growth goes on`);
  if (order.contradictedBy !== undefined || !order.known)
    reasons.push('the order of the second series is not sure: in the wrong order growth looks like shrinking');
  if (order.same !== undefined)
    reasons.push('two snapshots of the second series are one: nothing can grow between them');
  if (!accounting.isExplained) reasons.push('too much of the growth of the second series has no explanation');
  if (outside?.isUnexplained) reasons.push('the process of the second series grew outside of its heap');
  if (operations.after === undefined) {
    const [was, is] = [before, after].map((document) => shortest(document.snapshots));
    if (was >= LONG_MS && is < was * MUCH_SHORTER)
      reasons.push(
        `an interval of the second series took ${seconds(is)}, and of the first one ${seconds(was)}: it had less work`,
      );
  }
  return reasons;
}

/**
 * The growth of these objects that is left in the second series, and that its search could not decide.
 *
 * @param {import('../..').Leak} leak of the first series
 * @param {LeakDocument} after
 */
function growthLeft({ className, container }, { dropped = [], oneOff, accounting }) {
  const undecided = [...dropped.map((row) => ({ ...row, why: row.rule })), ...oneOff].find(
    (row) => row.className === className && row.container.name === container.name && UNDECIDED.includes(row.why),
  );
  if (undecided !== undefined) return [`${className} still grows in the second series: ${undecided.because}`];
  const line = accounting.lines.find(
    ({ what, classes = [] }) =>
      what === 'unexplained' && classes.some((one) => one.className === className && one.count > 0),
  );
  return line === undefined ? [] : [`${className} still grows in the second series, and no rule can decide why`];
}

/** @param {import('../..').ReadInfo[]} snapshots */
function shortest(snapshots) {
  const times = snapshots.map(({ takenAt }) => Date.parse(takenAt ?? ''));
  const intervals = times.slice(1).map((time, at) => time - times[at]);
  return Math.min(...intervals);
}

/** @param {number} ms */
function seconds(ms) {
  return `${Math.round(ms / 1000)} s`;
}

module.exports = { growthLeft, whyUnsure };
