'use strict';

const { drawFullPath, drawShortPath } = require('./path');
const { INDENT, drawFacts, drawHeadline, margin, section } = require('./page');
const { holder, nameOf, sum } = require('../../words/leak-sentences');
const { drawItem } = require('./item');
const { drawOrder } = require('./order-line');
const { tellUnknown } = require('../../words/leak-accounting');
const { count, countDelta, counted, size, sizeDelta } = require('../../words/numbers');
const { UNKNOWN, drawAccount, tellAccount } = require('./account');
const { PROGRAM } = require('../program');
const { drawTable } = require('../table');
const { quoteForShell, sentence, widthOf, wrap } = require('../../words/text');

/** @typedef {import('../..').Leak} Leak */
/** @typedef {import('../terminal').Terminal} Terminal */

/** Lines of a terminal that a leak may take; the prompt needs one. */
const SCREEN = 23;
const FEWEST_STEPS = 4;
const FEWEST_FACTS = 6;
const MOST_STEPS = 9;
const MOST_OTHERS = 8;
const MOST_ONE_OFF = 3;
/** Snapshots from which on growth in every interval is more than the start of something. */
const ENOUGH_SNAPSHOTS = 3;
const UNSURE = 'Two snapshots: it may be a cache that is filling up. A third makes it certain.';

/**
 * The verdict as a colleague would give it: the leak, then what else there is to say.
 *
 * @param {import('../..').LeakDocument} document
 * @param {{ files: string[], flags?: string[], limit: number, all?: boolean, tree?: boolean, full?: boolean, known?:
 *   Leak[], terminal: Terminal }} options files, flags: of the search, as they were given; limit: leaks that are told
 *   at length; known: leaks of a baseline, a line each
 * @returns {string[]} lines
 */
function tellLeaks(
  document,
  { files, flags = [], limit, all = false, tree = false, full = false, known = [], terminal },
) {
  const { leaks } = document;
  const told = leaks.slice(0, limit);
  const others = leaks.slice(told.length);
  const knownLines = tellOthers('Known', known, undefined, terminal);
  const closing = [...tellMeasurement(document, terminal, all, known.length), ...knownLines];
  const rest = all ? [...drawOneOff(document, terminal), ...drawAccount(document, terminal)] : [];
  if (leaks.length === 0) return [...closing, ...rest];
  const otherLines = tellOthers('Also', others, told.length, terminal);
  // One leak fits one screen, with all that stands below it.
  const room = SCREEN - closing.length - otherLines.length;
  return [
    ...told.flatMap((leak, at) => [
      ...(at > 0 ? [''] : []),
      ...tellLeak(leak, {
        number: leaks.length > 1 ? at + 1 : undefined,
        words: [...files, ...flags],
        tree,
        full,
        terminal,
        room,
      }),
    ]),
    ...otherLines,
    ...closing,
    ...rest,
  ];
}

/**
 * @param {Leak} leak
 * @param {{ number?: number, words: string[], tree: boolean, full: boolean, terminal: Terminal, room: number }} options
 */
function tellLeak(leak, { number, words, tree, full, terminal, room }) {
  const headline = [...drawHeadline(leak, number, terminal), ''];
  // Two lines stand above the path, and one below. In a pipe nothing has to go: there is no screen.
  const most = terminal.isTty ? Math.max(room - headline.length - FEWEST_STEPS - 3, FEWEST_FACTS) : Infinity;
  const opening = [...headline, ...drawFacts(leak, terminal, { isShort: true, most })];
  const steps = terminal.isTty ? Math.min(Math.max(room - opening.length - 3, FEWEST_STEPS), MOST_STEPS) : MOST_STEPS;
  return [
    ...opening,
    ...section(
      'Why it stays alive',
      full ? drawFullPath(leak, terminal) : drawShortPath(leak, terminal, steps),
      terminal,
    ),
    ...(tree ? section('What one of them is made of', drawItem(leak.item, terminal), terminal) : []),
    terminal.style('dim', moreOf(leak, words, terminal)),
  ];
}

/**
 * The command that tells the rest, to be copied; without files and options when they would break the line.
 *
 * @param {Leak} leak
 * @param {string[]} words files, and the options by which the leak was found
 * @param {Terminal} terminal
 */
function moreOf({ fingerprint }, words, terminal) {
  const command = margin(`${PROGRAM} explain ${fingerprint} `);
  const whole = command + words.map(quoteForShell).join(' ');
  return widthOf(whole) <= (terminal.isTty ? terminal.width : Infinity) ? whole : `${command}FILE…`;
}

/**
 * The leaks that are not told at length, a sentence each.
 *
 * @param {string} title
 * @param {Leak[]} leaks
 * @param {number | undefined} before how many are told, for numbers that go on
 * @param {Terminal} terminal
 */
function tellOthers(title, leaks, before, terminal) {
  if (leaks.length === 0) return [];
  const shown = leaks.slice(0, MOST_OTHERS);
  const lines = shown.flatMap((leak, at) => {
    const objects = sum(leak.countGrowth);
    const growth = objects > 0 ? countDelta(objects) : sizeDelta(sum(leak.sizeGrowth));
    const text = `${nameOf(leak.className)} ${growth} in ${holder(leak)}  [${leak.fingerprint}]`;
    const front = before === undefined ? '' : `${before + at + 1}.`;
    return wrap(text, terminal.width - INDENT).map((line, row) => (row === 0 ? front : '').padEnd(INDENT) + line);
  });
  const rest = leaks.length - shown.length;
  return ['', terminal.style('bold', title), ...lines, ...(rest > 0 ? [`… and ${rest} more: --all shows them`] : [])];
}

/**
 * What was looked at and what it says beside the leaks.
 *
 * @param {import('../..').LeakDocument} document
 * @param {Terminal} terminal
 * @param {boolean} isLong one-off growth is shown elsewhere
 * @param {number} [knownCount] leaks of a baseline, which are told elsewhere
 */
function tellMeasurement(document, terminal, isLong, knownCount = 0) {
  const { snapshots, order, comparison, leaks, oneOff, ignored } = document;
  const totals = snapshots.map((snapshot) => size(snapshot.totalSize)).join(' → ');
  const over = `over ${counted(snapshots.length, 'snapshot')} (${totals})`;
  const isEnough = snapshots.length >= ENOUGH_SNAPSHOTS;
  const left = ignored > 0 ? ` ${counted(ignored, 'leak')} ignored.` : '';
  const doubts = drawOrder(order, snapshots, terminal);
  const footnotes = [
    ...(comparison.ids ? [] : [`Compared by structure: ${sentence(comparison.reason)}.`]),
    ...(oneOff.length === 0 || isLong ? [] : [tellOneOff(oneOff)]),
    ...tellAccount(document),
  ].flatMap((text) => wrap(text, terminal.width).map((line) => terminal.style('dim', line)));
  if (leaks.length > 0) {
    return [
      '',
      ...wrap(`${counted(leaks.length, 'leak')} ${over}.${left}`, terminal.width),
      ...doubts,
      ...(isEnough ? [] : wrap(UNSURE, terminal.width).map((line) => terminal.style('yellow', line))),
      ...footnotes,
    ];
  }
  // Something accumulates that is known, or not asked for.
  const found = [
    ...(knownCount > 0
      ? [`${counted(knownCount, 'leak')} of the baseline ${knownCount === 1 ? 'is' : 'are'} still there.`]
      : []),
    ...(ignored > 0 ? [`${counted(ignored, 'leak')} ignored.`] : []),
  ];
  if (document.verdict === 'unknown')
    return [...tellUnknownGrowth(document, over, terminal), ...found, ...doubts, ...footnotes];
  if (found.length > 0) {
    const title = knownCount > 0 ? 'No new leak' : 'No other leak';
    return [
      ...wrap(`${title} ${over}.`, terminal.width).map((line) =>
        line.replace(title, (text) => terminal.style('bold', text)),
      ),
      ...wrap(found.join(' '), terminal.width),
      ...doubts,
      ...footnotes,
    ];
  }
  const objects = `${count(snapshots[snapshots.length - 1].nodeCount)} objects of the last one were compared ${comparison.ids ? 'by their ids' : 'by their place'}.`;
  const sure = isEnough
    ? `Nothing accumulated in each of the ${counted(snapshots.length - 1, 'interval')}. ${objects} What leaks less often than once an interval would not show.`
    : `Between two snapshots nothing accumulates that was not there before. ${objects} A third snapshot, after the same work again, makes this more certain.`;
  return [
    ...wrap(`No leak ${over}.`, terminal.width).map((line) =>
      line.replace(/^No leak/, (text) => terminal.style(['bold', 'green'], text)),
    ),
    ...wrap(sure, terminal.width),
    ...doubts,
    ...footnotes,
  ];
}

/**
 * The headline where "no leak" would be a guess, and what to do.
 *
 * @param {import('../..').LeakDocument} document
 * @param {string} over
 * @param {Terminal} terminal
 */
function tellUnknownGrowth(document, over, terminal) {
  const { headline, sentences } = tellUnknown(document);
  const [first, ...more] = wrap(`${UNKNOWN}: ${headline}`, terminal.width);
  return [
    terminal.style(['bold', 'yellow'], UNKNOWN) + first.slice(UNKNOWN.length),
    ...more,
    ...sentences.flatMap((sentence) => wrap(sentence, terminal.width)),
    `No leak was found ${over}, but that is no verdict.`,
  ];
}

/** @param {import('../..').OneOffGrowth[]} oneOff */
function tellOneOff(oneOff) {
  const shown = oneOff
    .slice(0, MOST_ONE_OFF)
    .map((row) => `${nameOf(row.className)} ${sizeDelta(row.size)} (${row.why})`);
  return `Grew, but is no leak: ${shown.join(', ')}${oneOff.length > shown.length ? ', …' : ''}.`;
}

/**
 * @param {import('../..').LeakDocument} document
 * @param {Terminal} terminal
 */
function drawOneOff({ oneOff }, terminal) {
  /** @type {import('../table').Column[]} */
  const columns = [
    { title: '', cell: (row) => nameOf(row.className), style: () => 'cyan' },
    { title: '', cell: (row) => sizeDelta(row.size), align: 'right' },
    { title: '', cell: (row) => sentence(row.because), prose: true },
  ];
  return section(
    'Grew, but is no leak',
    drawTable(columns, oneOff, terminal, { header: false, indent: INDENT }),
    terminal,
  );
}

module.exports = { tellLeaks, tellMeasurement };
