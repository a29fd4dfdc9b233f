'use strict';

const { drawFullPath, drawShortPath } = require('./path');
const { INDENT, drawFacts, drawHeadline, margin, section } = require('./page');
const { nameOf, shortHeadline } = require('../../words/leak-sentences');
const { drawItem } = require('./item');
const { EXPLAINED, verdictOf } = require('../../words/leak-verdict');
const { sizeDelta } = require('../../words/numbers');
const { drawAccount } = require('./account');
const { drawDropped } = require('./dropped');
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
/** Styles of the title of a verdict. @type {Record<import('../../words/leak-verdict').Verdict['sort'], string[]>} */
const TITLES = { leak: [], none: ['bold', 'green'], known: ['bold'], unknown: ['bold', 'yellow'] };

/**
 * The verdict as a colleague would give it: the leak, then the rest.
 *
 * @param {import('../..').LeakDocument} document
 * @param {{ files: string[], flags?: string[], limit: number, all?: boolean, tree?: boolean, full?: boolean, known?:
 *   Leak[], terminal: Terminal }} options files, flags: of the search, as given; limit: leaks that are printed at
 *   length; known: leaks of a baseline, a line each
 * @returns {string[]} lines
 */
function tellLeaks(
  document,
  { files, flags = [], limit, all = false, tree = false, full = false, known = [], terminal },
) {
  const { leaks } = document;
  const printed = leaks.slice(0, limit);
  const others = leaks.slice(printed.length);
  const knownLines = tellOthers('Known', known, undefined, terminal);
  const closing = [...tellMeasurement(document, terminal, all, known.length), ...knownLines];
  const rest = all
    ? [...drawDropped(document, terminal), ...drawOneOff(document, terminal), ...drawAccount(document, terminal)]
    : [];
  if (leaks.length === 0) return [...closing, ...rest];
  const otherLines = tellOthers('Also', others, printed.length, terminal);
  // One leak fits one screen, with all that stands below it.
  const room = SCREEN - closing.length - otherLines.length;
  return [
    ...printed.flatMap((leak, at) => [
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
 * The command that prints the rest, to be copied; without files and options when they would break the line.
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
 * The other leaks, a sentence each.
 *
 * @param {string} title
 * @param {Leak[]} leaks
 * @param {number | undefined} before leaks printed above, so that the numbers go on
 * @param {Terminal} terminal
 */
function tellOthers(title, leaks, before, terminal) {
  if (leaks.length === 0) return [];
  const shown = leaks.slice(0, MOST_OTHERS);
  const lines = shown.flatMap((leak, at) => {
    const text = `${shortHeadline(leak)}  [${leak.fingerprint}]`;
    const front = before === undefined ? '' : `${before + at + 1}.`;
    return wrap(text, terminal.width - INDENT).map((line, row) => (row === 0 ? front : '').padEnd(INDENT) + line);
  });
  const rest = leaks.length - shown.length;
  return ['', terminal.style('bold', title), ...lines, ...(rest > 0 ? [`… and ${rest} more: --all shows them`] : [])];
}

/**
 * The verdict over the whole document, below the leaks.
 *
 * @param {import('../..').LeakDocument} document
 * @param {Terminal} terminal
 * @param {boolean} isLong the page lists explained growth elsewhere
 * @param {number} [knownCount] leaks of a baseline
 */
function tellMeasurement(document, terminal, isLong, knownCount = 0) {
  const { sort, title, headline, paragraphs, doubts, footnotes } = verdictOf(document, { knownCount, isLong });
  const lines = (/** @type {string[]} */ texts) => texts.flatMap((text) => wrap(text, terminal.width));
  const [first, ...more] = wrap(headline, terminal.width);
  return [
    ...(sort === 'leak' ? [''] : []),
    terminal.style(TITLES[sort], title) + first.slice(title.length),
    ...more,
    ...lines(paragraphs),
    ...lines(doubts).map((line) => terminal.style('yellow', line)),
    ...lines(footnotes).map((line) => terminal.style('dim', line)),
    // The page of a leak has to fit one screen: explain shows all.
    ...tellNext(document, terminal, sort === 'leak' && terminal.isTty && !isLong ? 1 : Infinity),
  ];
}

/**
 * The measurement that would make the answer sure. A command stands whole on a line of its own, so that it can be
 * copied.
 *
 * @param {import('../..').LeakDocument} document
 * @param {Terminal} terminal
 * @param {number} most steps
 */
function tellNext({ next = [] }, terminal, most) {
  if (next.length === 0) return [];
  return [
    '',
    terminal.style('bold', 'To be sure'),
    ...next
      .slice(0, most)
      .flatMap(({ why, command }) => [...wrap(`${sentence(why)}:`, terminal.width), margin(command)]),
  ];
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
  return section(EXPLAINED, drawTable(columns, oneOff, terminal, { header: false, indent: INDENT }), terminal);
}

module.exports = { tellLeaks, tellMeasurement };
