'use strict';

// Which of the leaks that were found a test fails for.

/** Of the iterations, those of which each at least must leave something: what comes more seldom is not of the scenario. */
const SHARE = 0.25;

/**
 * @param {import('..').Leak[]} leaks
 * @param {{ iterations: number, ignore: (string | RegExp | ((leak: import('..').Leak) => boolean))[] }} options
 * @returns {{ leaks: import('..').Leak[], ignored: number }}
 */
function judge(leaks, { iterations, ignore }) {
  const real = leaks.filter((leak) => isOfScenario(leak, iterations));
  const kept = real.filter((leak) => !ignore.some((pattern) => matches(pattern, leak)));
  return { leaks: kept, ignored: real.length - kept.length };
}

/**
 * @param {import('..').Leak} leak
 * @param {number} iterations
 */
function isOfScenario({ countGrowth, sizeGrowth }, iterations) {
  const counts = countGrowth.some((count) => count > 0);
  return counts ? countGrowth.every((count) => count >= SHARE * iterations) : sizeGrowth.every((size) => size > 0);
}

/**
 * A text must be all of a name, or the end of a file's path; a regular expression may match anywhere.
 *
 * @param {string | RegExp | ((leak: import('..').Leak) => boolean)} pattern
 * @param {import('..').Leak} leak
 */
function matches(pattern, leak) {
  if (typeof pattern === 'function') return Boolean(pattern(leak));
  const { className, fingerprint, container, location, retainingPath } = leak;
  const names = [className, fingerprint, container.name, ...retainingPath.flatMap((step) => [step.edge, step.name])];
  const files = [location, container.location, ...retainingPath.map((step) => step.location)].flatMap((place) => (place ? [place.file] : []));
  if (typeof pattern === 'string') return names.includes(pattern) || files.some((file) => file.endsWith(pattern));
  return [...names, ...files].some((text) => new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).test(text));
}

module.exports = { judge };
