'use strict';

// The sentences about all growth: the part of leaks, the part with another reason, and the part without explanation.

const { nameOf, sum } = require('./leak-sentences');
const { countDelta, counted, percent, size, sizeDelta } = require('./numbers');

/** @typedef {import('..').LeakDocument} LeakDocument */
/** @typedef {import('..').AccountLine} AccountLine */

/** Classes that a sentence names. */
const MOST_CLASSES = 3;
/** Shares below one in a hundred are not named. */
const SMALLEST_SHARE = 0.01;

/** Shares: a label, and the lines that form it. */
const SHARES = /** @type {[label: string, has: (line: AccountLine) => boolean][]} */ ([
  ['leaks', (line) => line.what === 'leak'],
  ['V8', (line) => line.why === 'code'],
  ['one-off', (line) => line.what === 'oneOff' && line.why !== 'code'],
  ['held by nothing in the files', (line) => line.what === 'unheld'],
  ['unexplained', (line) => line.what === 'unexplained'],
  ['outside of the heap', (line) => line.what === 'outside'],
  ['little things', (line) => line.what === 'rest'],
]);

/**
 * "Accounted: leaks 71 %, one-off 20 %, V8 9 %."
 *
 * @param {LeakDocument} document
 * @returns {string} empty when nothing grew
 */
function shares({ accounting }) {
  if (!accounting) return '';
  const sums = SHARES.map(([label, has]) => ({
    label,
    bytes: sum(accounting.lines.filter(has).map((line) => line.size)),
  }));
  const grown = sums.filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes);
  const total = sum(grown.map(({ bytes }) => bytes));
  const named = grown
    .filter(({ bytes }) => bytes >= SMALLEST_SHARE * total)
    .map(({ label, bytes }) => `${label} ${percent(bytes, total)}`);
  return named.length === 0 ? '' : `Accounted: ${named.join(', ')}.`;
}

/**
 * Why no verdict is possible, and what to do. The headline comes behind "Cannot tell: ".
 *
 * @param {LeakDocument} document
 * @returns {{ headline: string, sentences: string[] }}
 */
function tellUnknown({ accounting, outside, snapshots }) {
  const { unexplainedSize, isExplained, lines } = accounting;
  if (isExplained && outside) return tellOutside(outside);
  const grown = sum(lines.map((line) => Math.max(line.size, 0)));
  const missing = lines.filter(
    (line) => REASONS[line.what] !== undefined && line.size >= SMALLEST_SHARE * unexplainedSize && line.size > 0,
  );
  return {
    headline: `${size(unexplainedSize)} of the ${size(grown)} that grew ${snapshots.length > 2 ? '' : 'between two snapshots '}are without an explanation.`,
    sentences: [
      ...missing.map((line) => `${sizeDelta(line.size)}: ${REASONS[line.what]}${classesOf(line)}.`),
      ...new Set(missing.map((line) => NEXT[line.what])),
      ...(outside?.isUnexplained ? tellOutside(outside).sentences : []),
    ],
  };
}

/** @type {Record<string, string>} */
const REASONS = {
  unheld: 'no reference in the files keeps these',
  unexplained: 'it grew in every interval or by the steps of a table, and no rule makes it a leak or tells it from one',
  outside: 'V8 counts this outside of its heap, and the files do not say what it is',
  rest: 'in many places with little each',
};

/** @type {Record<string, string>} */
const NEXT = {
  unheld:
    'Whoever wrote the files left out what holds them, as Bun does for what is in a Map: look for the collection that has objects of these classes, or take the snapshots with Node.js.',
  unexplained: 'Take another snapshot after the same work again; heaphound diff FIRST LAST shows the classes.',
  outside: 'Look at Buffers, WebAssembly and native add-ons: heaphound stats LAST.',
  rest: 'Take another snapshot after more of the same work: heaphound diff FIRST LAST shows the classes.',
};

/**
 * " (Session +211, +211; (string) +422, +422)"
 *
 * @param {AccountLine} line
 */
function classesOf({ classes = [] }) {
  // Classes that grow in every interval come first.
  const grows = (/** @type {import('..').LeakClass} */ row) => row.countGrowth.every((step) => step > 0);
  const grown = classes.filter((row) => row.size > 0).sort((a, b) => Number(grows(b)) - Number(grows(a)));
  const shown = grown
    .slice(0, MOST_CLASSES)
    .map(
      (row) =>
        `${nameOf(row.className)} ${grows(row) ? row.countGrowth.map(countDelta).join(', ') : sizeDelta(row.size)}`,
    );
  if (shown.length === 0) return '';
  return ` (${shown.join('; ')}${grown.length > shown.length ? `; ${counted(grown.length - shown.length, 'class', 'classes')} more` : ''})`;
}

/**
 * Growth of the process that its heap does not explain.
 *
 * @param {import('..').OutsideGrowth} outside
 */
function tellOutside({ rssGrowth, explainedSize, externalGrowth, mallocGrowth }) {
  const kept =
    mallocGrowth === undefined
      ? ''
      : mallocGrowth * 2 >= rssGrowth - explainedSize
        ? ` ${size(mallocGrowth)} of it are in use, says malloc: native code holds them.`
        : ` Only ${size(Math.max(mallocGrowth, 0))} of it are in use, says malloc: the allocator keeps the rest.`;
  return {
    headline: `the process grew by ${size(rssGrowth)} (RSS), the snapshots explain ${size(Math.max(explainedSize, 0))}: native memory or the allocator.`,
    sentences: [
      `Buffers and other memory that V8 knows of changed by ${sizeDelta(externalGrowth)}.${kept}`,
      'Look at native add-ons, zlib, TLS and image libraries; run with MALLOC_ARENA_MAX=2 or jemalloc to tell the allocator from a leak.',
    ],
  };
}

/**
 * The title of a line of the accounting.
 *
 * @param {AccountLine} line
 * @param {import('..').Leak[]} leaks
 */
function titleOf({ what, why, fingerprint, ignored }, leaks) {
  if (what === 'leak') {
    const leak = leaks.find((one) => one.fingerprint === fingerprint);
    return `${leak ? nameOf(leak.className) : 'a leak'}${ignored ? ' (ignored)' : ''}`;
  }
  if (what === 'oneOff') return why === 'code' ? 'V8' : `${why}`;
  return what;
}

module.exports = { classesOf, shares, tellOutside, tellUnknown, titleOf };
