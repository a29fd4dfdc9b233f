'use strict';

// The message of a failed test: the leaks, the path that holds each, and the measurement.

const path = require('node:path');
const { factsOf } = require('../../words/leak-facts');
const { SIGNS, headline, mayBeCache, nameOf, remarkOf } = require('../../words/leak-sentences');
const { tellUnknown } = require('../../words/leak-accounting');
const { CANNOT_TELL } = require('../../words/leak-verdict');
const { printLocation, toPath } = require('../../words/location');
const { count, countDelta, counted, size } = require('../../words/numbers');
const { objectOf, referenceOf } = require('../../words/reference');
const { quoteForShell, sentence } = require('../../words/text');
const { tellNextOfTest } = require('./next');
const { isOfHeaphound } = require('../package-file');

const MOST_LEAKS = 3;
const MOST_STEPS = 12;
const MOST_CLASSES = 4;
const CACHE = [
  '  Is it a cache that is not full yet? Then nothing leaks. It passes once it is full before the first snapshot:',
  '    raise `warmup` until it is, or give the cache a small limit in this test.',
];
/** Facts of a leak in this order, around its path. */
const BEFORE = ['Made in', 'Held in', 'Class', 'Container', 'WeakMap'];
const BEHIND = ['Cut', 'Kind', 'Known'];
const RUNNING = '(the test that runs)';
const ROOTS = '(roots)';

/**
 * @param {any} report
 * @param {{ maxBytesPerIteration?: number, files: string[], page?: string, document: import('../..').LeakDocument }} options `document`:
 *   its verdict and leaks are those of the test
 */
function tellFailure(report, { maxBytesPerIteration, files, page, document }) {
  const { leaks, grown, bytesPerIteration } = report;
  const lines = [];
  for (const leak of leaks.slice(0, MOST_LEAKS)) lines.push(...tellLeak(leak), '');
  if (leaks.length > MOST_LEAKS) lines.push(`and ${leaks.length - MOST_LEAKS} more leaks`, '');
  for (const { className, countDelta: more, most } of grown) {
    lines.push(
      `${nameOf(className)} has ${counted(more, 'object')} more at the end than at the beginning; maxGrowth allows ${count(most)}`,
      '',
    );
  }
  if (maxBytesPerIteration !== undefined && bytesPerIteration > maxBytesPerIteration) {
    lines.push(
      `every iteration leaves ${size(bytesPerIteration)}; maxBytesPerIteration allows ${size(maxBytesPerIteration)}`,
      '',
    );
  }
  if (document.verdict === 'unknown') {
    const { headline: unexplained, sentences } = tellUnknown(document);
    lines.push(
      `${CANNOT_TELL}: ${unexplained}`,
      ...sentences.map((sentence) => `  ${sentence}`),
      '  More iterations, or a longer warm-up, may make it clear.',
      '',
    );
  }
  const next = tellNextOfTest(document, files);
  if (next.length > 0) lines.push(...next, '');
  lines.push(...tellMeasurement(report), ...tellFiles(files, page));
  return lines.join('\n');
}

/**
 * @param {import('../..').Leak} leak
 * @returns {string[]}
 */
function tellLeak(leak) {
  const { className, retainingPath, classes, fingerprint, kind } = leak;
  const facts = factsOf(leak);
  const lines = (/** @type {string[]} */ labels) =>
    labels.flatMap((label) =>
      facts.filter((fact) => fact.label === label).map((fact) => `  ${label}: ${textOf(fact)}`),
    );
  const [fix] = lines(['Fix']);
  const others = classes.filter((row) => row.className !== className && row.count > 0).slice(0, MOST_CLASSES);
  const came = others.map((row) => `${nameOf(row.className)} ${countDelta(row.count)}`);
  return [
    headline(leak),
    ...lines(BEFORE),
    '  Why it stays alive:',
    ...tellPath(retainingPath, leak.container.id).map((line) => `    ${line}`),
    ...lines(kind === 'other' ? BEHIND.filter((label) => label !== 'Kind') : BEHIND),
    ...(came.length > 0 ? [`  Came with it: ${came.join(', ')}`] : []),
    ...(mayBeCache(leak) ? [...CACHE, fix.replace('Fix:', 'Fix, if it is none:')] : [fix]),
    ...lines(['More']),
    `  If this is as it should be: ignore: ['${fingerprint}']`,
  ];
}

/** @param {import('../../words/leak-facts').Fact} fact */
function textOf({ text, place, relation, source }) {
  const shown = printLocation(place);
  const described = source === undefined ? '' : ` (${sentence(source)})`;
  return `${text}${described}${shown === '' ? '' : `, ${relation ? `${relation} ` : ''}${shown}`}`;
}

/** @typedef {import('../..').PathStep & Partial<import('../..').LeakStep>} Step of any path */

/**
 * @param {Step[]} steps
 * @param {number} [container] id of the step to mark
 * @returns {string[]} a line for each step
 */
function tellPath(steps, container) {
  const grows = steps.findIndex((step) => step.id === container);
  const above = grows < 0 ? steps : steps.slice(0, grows);
  // Steps from the roots to the measurement itself explain nothing.
  const begin =
    1 + above.findLastIndex(({ location }) => location !== undefined && isOfHeaphound(toPath(location.file)));
  const lines = begin > 0 ? [signOf(steps[0]) + RUNNING] : [];
  for (const [position, step] of steps.entries()) {
    const isRoot = position === 0 && step.name === ROOTS && steps.length > 1;
    if (position >= begin && !isRoot) lines.push(tellStep(step, position, container));
  }
  if (lines.length <= MOST_STEPS) return lines;
  const half = MOST_STEPS / 2;
  return [...lines.slice(0, half), `… ${lines.length - MOST_STEPS} more steps`, ...lines.slice(-half)];
}

/**
 * @param {Step} step
 * @param {number} position
 * @param {number} [container]
 */
function tellStep(step, position, container) {
  const reference = position === 0 ? '' : referenceOf(step);
  const [place, remark] = [printLocation(step.location), remarkOf(step, container)];
  return `${signOf(step)}${reference === '' ? '' : `${reference} → `}${objectOf(step)}${place === '' ? '' : `  ${place}`}${remark === '' ? '' : `   <- ${remark}`}`;
}

/** @param {Step} step */
function signOf({ leaking }) {
  return leaking === undefined ? '' : `${SIGNS[leaking]} `;
}

/** @param {any} report */
function tellMeasurement({
  process: where,
  iterations,
  warmup,
  snapshots,
  alwaysSnapshots,
  lookRounds,
  runs,
  ignored,
  durationMs,
}) {
  const place =
    where === 'child' ? 'in a quiet child process' : 'in this process, with V8 kept from optimising meanwhile';
  const look = alwaysSnapshots ? '' : `${lookRounds} x ${iterations} for the first look without snapshots, `;
  return [
    `Measured ${place}: ${count(runs)} runs, ${warmup} x ${iterations} to warm up, ${look}` +
      `then ${iterations} before each further one of ${snapshots} snapshots; ` +
      `${(durationMs / 1000).toFixed(1)} s${ignored > 0 ? `; ${ignored} ignored` : ''}.`,
  ];
}

/**
 * @param {string[]} files
 * @param {string} [page]
 */
function tellFiles(files, page) {
  const shown = (/** @type {string} */ file) => {
    const relative = path.relative(process.cwd(), file);
    return quoteForShell(relative.startsWith('..') ? file : relative);
  };
  return [
    `Snapshots: npx heaphound leaks ${files.map(shown).join(' ')}`,
    ...(page === undefined ? [] : [`Report: ${shown(page)}`]),
  ];
}

module.exports = { tellFailure, tellLeak, tellPath };
