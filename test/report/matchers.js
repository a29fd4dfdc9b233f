'use strict';

// The matchers for `expect.extend(matchers)` of Vitest and Jest. Both pass the value and the arguments of the
// assertion.

const { ignoreLeaks } = require('../..');
const { isSo } = require('../../checks/predicate');
const { CANNOT_TELL } = require('../../words/leak-verdict');
const { tellUnknown } = require('../../words/leak-accounting');
const { printLocation, toPath } = require('../../words/location');
const { nameOf } = require('../../words/leak-sentences');
const { countDelta: signed } = require('../../words/numbers');
const { tellLeak } = require('./message');
const { tellNext } = require('./next');
const { checkOptions, patterns } = require('../options');
const { isOfHeaphound } = require('../package-file');
const { leakError, optionError } = require('../errors');

/**
 * For a diff of `diffSnapshots` or of a checkpoint: no class of the program gained objects. For a document of
 * `findLeaks`: there is no leak.
 *
 * @param {any} received
 * @param {{ ignore?: any }} [options]
 */
function toHaveNoLeaks(received, options) {
  const { ignore: allowed = [] } = checkOptions(options, { ignore: patterns });
  if (received !== null && typeof received === 'object' && Array.isArray(received.leaks)) {
    const { leaks } = ignoreLeaks(received.leaks, allowed);
    if (leaks.length === 0) checkIsWhole(received);
    return verdict(leaks.length === 0, () =>
      [
        ...leaks.flatMap((/** @type {import('../..').Leak} */ leak) => [...tellLeak(leak), '']),
        ...tellNext(received.next),
      ]
        .join('\n')
        .trimEnd(),
    );
  }
  const grown = grownClasses(received).filter(
    (row) => !allowed.some((/** @type {any} */ pattern) => isOf(pattern, row)),
  );
  return verdict(grown.length === 0, () =>
    [
      `${grown.length === 1 ? 'a class' : `${grown.length} classes`} of the program gained objects:`,
      ...grown
        .slice(0, 20)
        .map(
          (row) =>
            `  ${nameOf(row.name)} ${signed(row.countDelta)}${row.location ? `  ${printLocation(row.location)}` : ''}`,
        ),
    ].join('\n'),
  );
}

/**
 * @param {any} received a diff
 * @param {{ className: string, count: number }} expected
 */
function toHaveGrownBy(received, expected) {
  const { className, count } = Object(expected);
  if (typeof className !== 'string') throw optionError('className', 'must be the name of a class');
  if (!Number.isSafeInteger(count)) throw optionError('count', 'must be an integer');
  const { countDelta } = asDiff(received).class(className);
  return {
    pass: countDelta === count,
    actual: countDelta,
    expected: count,
    message: () => `${nameOf(className)} grew by ${countDelta} objects`,
  };
}

/**
 * Classes in the source of the program or of a package that have more objects than before. Classes of V8 and Node.js
 * have no such place, and classes of the measurement are in this package.
 *
 * @param {any} received
 * @returns {import('../..').ClassDiff[]}
 */
function grownClasses(received) {
  const { classes, leftOut = 0 } = asDiff(received);
  if (leftOut > 0)
    throw optionError('received', `lacks ${leftOut} classes that \`limit\` left out: compare without it`);
  return classes.filter(
    (/** @type {import('../..').ClassDiff} */ { countDelta, location }) =>
      countDelta > 0 &&
      location !== undefined &&
      location.file !== '' &&
      !location.file.startsWith('node:') &&
      !isOfHeaphound(toPath(location.file)),
  );
}

/**
 * Where nobody can tell, `toHaveNoLeaks` fails, and so does its `not`.
 *
 * @param {import('../..').LeakDocument} document without a leak that counts
 */
function checkIsWhole(document) {
  const { leftOut = 0, accounting, outside } = document;
  if (leftOut > 0) throw optionError('received', `lacks ${leftOut} leaks that \`limit\` left out: search without it`);
  if (accounting?.isExplained !== false && outside?.isUnexplained !== true) return;
  const { headline, sentences } = tellUnknown(document);
  const message = [`${CANNOT_TELL}: ${headline}`, ...sentences, ...tellNext(document.next)].join('\n');
  throw leakError(message, { document }, new Error('at'), 'HEAPHOUND_ERR_UNEXPLAINED');
}

/** @param {any} received */
function asDiff(received) {
  if (
    received === null ||
    typeof received !== 'object' ||
    !Array.isArray(received.classes) ||
    typeof received.class !== 'function'
  ) {
    throw optionError('received', 'must be what diffSnapshots, checkpoint().diff() or findLeaks gave');
  }
  return received;
}

/**
 * @param {any} pattern
 * @param {import('../..').ClassDiff} row
 */
function isOf(pattern, row) {
  if (typeof pattern === 'string') return row.name === pattern;
  return typeof pattern === 'function'
    ? isSo('ignore', pattern, row)
    : new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).test(row.name);
}

/**
 * @param {boolean} pass
 * @param {() => string} tell
 */
function verdict(pass, tell) {
  return { pass, message: () => (pass ? 'expected leaks, and there are none' : tell()) };
}

const matchers = { toHaveNoLeaks, toHaveGrownBy };

module.exports = { matchers };
