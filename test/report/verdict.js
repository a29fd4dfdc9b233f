'use strict';

// Which of the found leaks make a test fail?

const { ignoreLeaks } = require('../..');

/**
 * A leak of the scenario adds at least this share of an object per iteration. Slower growth comes from elsewhere.
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
 * True when growth without an explanation comes from the scenario. In a single interval it may come from the first
 * runs. So there a class must have gained objects in a share of the runs.
 *
 * @param {import('../..').Accounting} accounting
 * @param {{ iterations: number, snapshots: number }} plan
 */
function isDoubtful({ isExplained, lines }, { iterations, snapshots }) {
  if (isExplained || snapshots > 2) return !isExplained;
  const unexplained = lines.filter(({ what }) => what === 'unexplained' || what === 'unheld');
  return unexplained.some(({ classes = [] }) => classes.some((row) => row.size > 0 && row.count >= SHARE * iterations));
}

module.exports = { SHARE, isDoubtful, judge };
