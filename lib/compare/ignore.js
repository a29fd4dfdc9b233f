'use strict';

const { isSo } = require('../../checks/predicate');
const { optionError } = require('../errors');

/** @typedef {import('../..').IgnorePattern} IgnorePattern */

/**
 * Separates the leaks that the user accepts from the others.
 *
 * @param {import('../..').Leak[]} leaks
 * @param {IgnorePattern | IgnorePattern[]} [ignore]
 * @returns {import('../..').SortedLeaks}
 */
function ignoreLeaks(leaks, ignore = []) {
  const patterns = ignorePatterns('ignore', ignore);
  /** @type {import('../..').SortedLeaks} */
  const sorted = { leaks: [], ignored: [] };
  for (const leak of leaks) {
    const isIgnored = patterns.some((pattern) => matches(pattern, leak));
    (isIgnored ? sorted.ignored : sorted.leaks).push(leak);
  }
  return sorted;
}

/** @type {import('../options').Check<IgnorePattern[]>} */
function ignorePatterns(name, value) {
  const list = Array.isArray(value) ? value : [value];
  for (const item of list) {
    if ((typeof item !== 'string' || item === '') && typeof item !== 'function' && !isRegExp(item)) {
      throw optionError(name, 'must be made of strings, regular expressions or functions');
    }
  }
  return list;
}

/**
 * A text must be all of a name, or the end of a file's path; a regular expression may match anywhere.
 *
 * @param {IgnorePattern} pattern
 * @param {Pick<import('../..').Leak, 'className' | 'fingerprint' | 'container' | 'location'> & { retainingPath:
 *   import('../..').PathStep[] }} leak
 */
function matches(pattern, leak) {
  if (typeof pattern === 'function') return isSo('ignore', pattern, /** @type {import('../..').Leak} */ (leak));
  const { className, fingerprint, container, location, retainingPath } = leak;
  const names = [className, fingerprint, container.name, ...retainingPath.flatMap((step) => [step.edge, step.name])];
  const places = [location, container.location, ...retainingPath.map((step) => step.location)];
  const files = places.flatMap((place) =>
    place ? [place.file, ...(place.original ? [place.original.file] : [])] : [],
  );
  if (typeof pattern === 'string') return names.includes(pattern) || files.some((file) => file.endsWith(pattern));
  // Without the flags `g` and `y`, with which an expression remembers where it stopped.
  const expression = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  return [...names, ...files].some((text) => expression.test(text));
}

/**
 * An expression of another realm counts too, as in Jest.
 *
 * @param {unknown} value
 */
function isRegExp(value) {
  return Object.prototype.toString.call(value) === '[object RegExp]';
}

module.exports = { ignoreLeaks, ignorePatterns, matches };
