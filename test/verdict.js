'use strict';

// Which of the leaks that were found a test fails for.

const { ignoreLeaks } = require('..');

/** Of the iterations, those of which each at least must leave something: what comes more seldom is not of the scenario. */
const SHARE = 0.25;

/**
 * @param {import('..').Leak[]} leaks
 * @param {{ iterations: number, ignore?: import('.').IgnorePattern | import('.').IgnorePattern[] }} options
 * @returns {{ leaks: import('..').Leak[], ignored: number }}
 */
function judge(leaks, { iterations, ignore }) {
  const real = leaks.filter((leak) => isOfScenario(leak, iterations));
  const sorted = ignoreLeaks(real, ignore);
  return { leaks: sorted.leaks, ignored: sorted.ignored.length };
}

/**
 * @param {import('..').Leak} leak
 * @param {number} iterations
 */
function isOfScenario({ countGrowth, sizeGrowth }, iterations) {
  const counts = countGrowth.some((count) => count > 0);
  return counts ? countGrowth.every((count) => count >= SHARE * iterations) : sizeGrowth.every((size) => size > 0);
}

module.exports = { judge };
