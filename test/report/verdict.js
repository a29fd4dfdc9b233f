'use strict';

// Which of the leaks that were found a test fails for.

const { ignoreLeaks } = require('../..');

/**
 * Of the iterations, those of which each at least must leave something: what comes more seldom is not of the scenario.
 */
const SHARE = 0.25;

/**
 * @param {import('../..').Leak[]} leaks
 * @param {{ iterations: number, ignore?: import('..').IgnorePattern | import('..').IgnorePattern[] }} options
 * @returns {{ leaks: import('../..').Leak[], ignored: number }}
 */
function judge(leaks, { iterations, ignore }) {
  const real = leaks.filter((leak) => isOfScenario(leak, iterations));
  const sorted = ignoreLeaks(real, ignore);
  return { leaks: sorted.leaks, ignored: sorted.ignored.length };
}

/**
 * @param {import('../..').Leak} leak
 * @param {number} iterations
 */
function isOfScenario({ countGrowth, sizeGrowth }, iterations) {
  const counts = countGrowth.some((count) => count > 0);
  return counts ? countGrowth.every((count) => count >= SHARE * iterations) : sizeGrowth.every((size) => size > 0);
}

/**
 * Whether growth without an explanation is the scenario's. In a single interval nothing tells it from what the first
 * runs leave, unless there are as many objects as a share of the runs.
 *
 * @param {import('../..').Accounting} accounting
 * @param {{ iterations: number, snapshots: number }} plan
 */
function isDoubtful({ isExplained, lines }, { iterations, snapshots }) {
  if (isExplained || snapshots > 2) return !isExplained;
  const unexplained = lines.filter(({ what }) => what === 'unexplained' || what === 'unheld');
  return unexplained.some(({ classes = [] }) => classes.some((row) => row.size > 0 && row.count >= SHARE * iterations));
}

module.exports = { isDoubtful, judge };
