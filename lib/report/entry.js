'use strict';

// One leak, or one suspect, as a report shows it: the facts of the engine, and the sentences that every printer uses.

const { createHash } = require('node:crypto');
const { factsOf } = require('../../words/leak-facts');
const { ownLine, placeToChange } = require('../../words/leak-own');
const { SIGNS, cutOf, headline, remarkOf } = require('../../words/leak-sentences');
const { printLocation } = require('../../words/location');
const { count } = require('../../words/numbers');
const { objectOf, referenceOf } = require('../../words/reference');
const { shownSteps } = require('../../words/shown-steps');
const { suspectFacts, suspectHeadline } = require('../../words/suspect-sentences');
const { harmless } = require('../../words/text');

/** Lines of a path; longer stretches are folded. */
const MOST_LINES = 9;
/** Modules that a folded stretch names. */
const MOST_MODULES = 2;
/** Characters of a hash that are shown. */
const HASH = 16;

/**
 * @typedef {import('../..').Leak} Leak
 * @typedef {import('../..').Suspect} Suspect
 * @typedef {import('../..').ReportEntry} ReportEntry
 */

/**
 * @param {Leak} leak
 * @param {number} number from 1
 * @param {string} folder that files are named from
 * @returns {ReportEntry}
 */
function leakEntry(leak, number, folder) {
  const { countGrowth, sizeGrowth } = leak;
  return {
    ...common(leak, number, folder),
    headline: headline(leak),
    cut: cutOf(leak),
    advice: leak.known?.advice ?? leak.advice,
    facts: factsOf(leak, { folder }),
    growth: { counts: added(countGrowth), sizes: added(sizeGrowth), countGrowth, sizeGrowth },
    size: leak.retainedGrowth,
    ...(leak.perOperation === undefined ? {} : { perOperation: leak.perOperation }),
    classes: leak.classes.map(({ className, count, size }) => ({ className, count, size })),
    ...(leak.allocationStack === undefined ? {} : { allocationStack: leak.allocationStack }),
  };
}

/**
 * @param {Suspect} suspect
 * @param {number} number from 1
 * @param {{ folder: string, totalSize: number }} about the heap
 * @returns {ReportEntry}
 */
function suspectEntry(suspect, number, { folder, totalSize }) {
  return {
    ...common(suspect, number, folder),
    headline: suspectHeadline(suspect, totalSize),
    looksLike: suspect.looksLike,
    cut: '',
    advice: suspect.looksLike === 'leak' ? suspect.advice : '',
    facts: suspectFacts(suspect, { root: folder }),
    size: suspect.size,
    classes: suspect.classes.map(({ className, count, size }) => ({ className, count, size })),
  };
}

/**
 * @param {Leak | Suspect} one
 * @param {number} number
 * @param {string} folder
 */
function common(one, number, folder) {
  const own = ownLine(one, { folder });
  const place = 'countGrowth' in one ? placeToChange(one) : one.responsible.location;
  return {
    number,
    fingerprint: one.fingerprint,
    className: one.className,
    kind: one.kind,
    confidence: one.confidence,
    own: { ...own, ...(place === undefined ? {} : { place, at: printLocation(place, folder), ...hashOf(place) }) },
    path: pathLines(one, folder),
    item: one.item,
    examples: one.examples,
    container: one.container,
  };
}

/**
 * Of the lines that are shown: another hash says that the code there was changed.
 *
 * @param {import('../..').SourceLocation} place
 */
function hashOf({ source }) {
  if (source === undefined) return {};
  const text = [...(source.before ?? []), source.text, ...(source.after ?? [])].join('\n');
  return { sourceHash: createHash('sha256').update(text).digest('hex').slice(0, HASH) };
}

/**
 * The sum of each interval and those before it: what has grown since the first snapshot.
 *
 * @param {number[]} growth
 */
function added(growth) {
  let sum = 0;
  return [0, ...growth.map((step) => (sum += step))];
}

/**
 * The path, root first. A stretch that says little is one line, with its steps inside.
 *
 * @param {Leak | Suspect} one
 * @param {string} folder
 * @returns {import('../..').ReportPathLine[]}
 */
function pathLines(one, folder) {
  // A suspect's steps have no marks.
  const path = /** @type {import('../..').LeakStep[]} */ (one.retainingPath);
  const shown = shownSteps({ ...one, retainingPath: path }, MOST_LINES);
  /** @type {import('../..').ReportPathLine[]} */
  const lines = [];
  /** @type {import('../..').ReportStep[]} */
  let folded = [];
  const unfold = () => {
    if (folded.length > 0) lines.push({ sort: 'fold', text: foldText(folded), steps: folded });
    folded = [];
  };
  for (const [at, step] of path.entries()) {
    const line = stepLine(step, at === 0, one.container.id, folder);
    if (!shown.has(at)) {
      folded.push(line);
      continue;
    }
    unfold();
    lines.push(line);
  }
  unfold();
  return lines;
}

/**
 * @param {import('../..').LeakStep} step
 * @param {boolean} isFirst
 * @param {number} container
 * @param {string} folder
 * @returns {import('../..').ReportStep}
 */
function stepLine(step, isFirst, container, folder) {
  const { id, leaking, location, because, cut } = step;
  return {
    sort: 'step',
    id,
    // A path of one snapshot has no marks.
    sign: leaking === undefined ? '' : SIGNS[leaking],
    ...(leaking === undefined ? {} : { leaking }),
    reference: isFirst ? '' : referenceOf(step),
    object: objectOf(step) || '(root)',
    remark: remarkOf(step, container),
    place: printLocation(location, folder),
    ...(location === undefined ? {} : { location }),
    ...(because === undefined ? {} : { because }),
    ...(cut ? { cut } : {}),
    ...(id === container ? { isContainer: /** @type {const} */ (true) } : {}),
  };
}

/**
 * "12 steps through node:timers and undici".
 *
 * @param {import('../..').ReportStep[]} steps
 */
function foldText(steps) {
  const modules = new Set(steps.map(({ location }) => moduleOf(location)).filter((name) => name !== ''));
  const named = [...modules].slice(0, MOST_MODULES);
  const through =
    named.length === 0 ? '' : ` through ${named.join(' and ')}${modules.size > named.length ? ', …' : ''}`;
  return `${count(steps.length)} ${steps.length === 1 ? 'step' : 'steps'}${through}`;
}

/**
 * The module of Node.js or the package that a place lies in.
 *
 * @param {import('../..').SourceLocation | undefined} location
 */
function moduleOf(location) {
  const file = location?.original?.file ?? location?.file ?? '';
  const [, own = ''] = /^(node:[\w/]+)/.exec(file) ?? [];
  const [, name = ''] = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file) ?? [];
  return harmless(own || name);
}

module.exports = { leakEntry, suspectEntry };
