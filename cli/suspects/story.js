'use strict';

// The accumulations of one snapshot, for people and for an issue.

const { count, percent, size } = require('../../words/numbers');
const { referenceOf, nameOf } = require('../../words/reference');
const {
  LIMITS_OF_ONE_FILE,
  noSuspect,
  nextCommands,
  sectionSentences,
  suspectFacts,
  suspectHeadline,
  titleOfLine,
} = require('../../words/suspect-sentences');
const { harmless, sentence, wrap } = require('../../words/text');
const { PROGRAM } = require('../program');
const { drawTable } = require('../table');

const INDENT = 3;
const LABEL_WIDTH = 11;
/** Steps at the end of a path that are printed. */
const MOST_STEPS = 6;

/** @typedef {import('../..').SuspectDocument} SuspectDocument */
/** @typedef {import('../..').Suspect} Suspect */
/** @typedef {import('../terminal').Terminal} Terminal */

/**
 * @param {SuspectDocument} document
 * @param {{ file: string, limit: number, terminal: Terminal }} options `limit`: suspects that are printed
 * @returns {string[]} lines
 */
function tellSuspects(document, { file, limit, terminal }) {
  const { suspects, totalSize } = document;
  const printed = suspects.slice(0, limit);
  const rest = suspects.length - printed.length;
  const title = (/** @type {string} */ text) => ['', terminal.style('bold', text)];
  const bullets = sectionSentences(document).flatMap((text) => indented(text, terminal));
  return [
    ...(printed.length === 0 ? wrap(noSuspect(document), terminal.width) : []),
    ...printed.flatMap((suspect, at) => [
      ...(at > 0 ? [''] : []),
      ...tellSuspect(suspect, at + 1, totalSize, terminal),
    ]),
    ...(rest > 0 ? [terminal.style('dim', `… and ${count(rest)} more: --limit shows them`)] : []),
    ...(bullets.length > 0 ? [...title('Beside them'), ...bullets] : []),
    ...title('The whole heap'),
    ...drawAccount(document, terminal),
    ...title('Next'),
    ...(printed.length > 0 ? indented(LIMITS_OF_ONE_FILE, terminal) : []),
    ...nextCommands(document, file, PROGRAM).map((line) => terminal.style('dim', ' '.repeat(INDENT) + line)),
  ];
}

/**
 * @param {Suspect} suspect
 * @param {number} number
 * @param {number} total
 * @param {Terminal} terminal
 */
function tellSuspect(suspect, number, total, terminal) {
  const color = suspect.looksLike === 'leak' ? 'red' : 'green';
  const headline = wrap(`${`${number}.`.padEnd(INDENT)}${suspectHeadline(suspect, total)}`, terminal.width);
  const facts = suspectFacts(suspect).flatMap(({ label, text }) =>
    wrap(text, terminal.width - INDENT - LABEL_WIDTH).map(
      (line, at) => ' '.repeat(INDENT) + terminal.style('bold', (at === 0 ? label : '').padEnd(LABEL_WIDTH)) + line,
    ),
  );
  return [
    ...headline.map((line) => terminal.style(['bold', color], line)),
    ...facts,
    ...pathLines(suspect).flatMap((line) => [' '.repeat(INDENT) + terminal.style('dim', line)]),
  ];
}

/**
 * The end of the path, a step a line.
 *
 * @param {Suspect} suspect
 */
function pathLines({ retainingPath, container }) {
  const steps = retainingPath.slice(-MOST_STEPS);
  return steps.map((step) => {
    const reference = referenceOf(step);
    const mark = step.id === container.id ? '  ← the container' : '';
    return `${reference === '' ? '' : `${reference} → `}${nameOf(step.shape ?? step.name) || '(root)'}${mark}`;
  });
}

/**
 * @param {string} text
 * @param {Terminal} terminal
 */
function indented(text, terminal) {
  return wrap(sentence(text), terminal.width - INDENT).map((line) => ' '.repeat(INDENT) + line);
}

/**
 * All lines; their sum stands below them.
 *
 * @param {SuspectDocument} document
 * @param {Terminal} terminal
 */
function drawAccount({ accounting, suspects, totalSize }, terminal) {
  /** @type {import('../table').Column[]} */
  const columns = [
    { title: '', cell: (row) => row.title, style: () => 'cyan' },
    { title: '', cell: (row) => size(row.size), align: 'right' },
    { title: '', cell: (row) => percent(row.size, totalSize), align: 'right' },
    { title: '', cell: (row) => row.because, flexible: true },
  ];
  const rows = accounting.map((line) => ({
    title: titleOfLine(line, suspects),
    size: line.size,
    because: sentence(line.because),
  }));
  return drawTable(columns, [...rows, { title: 'all', size: totalSize, because: '' }], terminal, {
    header: false,
    indent: INDENT,
  });
}

/**
 * @param {SuspectDocument} document
 * @param {{ root: string }} options
 * @returns {string[]} lines
 */
function suspectsAsMarkdown(document, { root }) {
  const { suspects, totalSize } = document;
  return [
    `### ${suspects.length === 0 ? 'No suspect' : 'Suspects'} in one snapshot of ${size(totalSize)}`,
    ...(suspects.length === 0 ? ['', plain(noSuspect(document))] : []),
    ...suspects.flatMap((suspect, at) => [
      '',
      `**${at + 1}. ${suspectHeadline(suspect, totalSize, code)}**`,
      '',
      '| | |',
      '|---|---|',
      ...suspectFacts(suspect, { quote: code, prose: plain, root }).map(
        ({ label, text }) => `| ${label} | ${text.replaceAll('|', '\\|')} |`,
      ),
    ]),
  ];
}

/**
 * A span of code that shows the text as it is.
 *
 * @param {string} text
 */
function code(text) {
  const shown = harmless(text);
  const longest = (shown.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const fence = '`'.repeat(longest + 1);
  const space = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return fence + space + shown + space + fence;
}

/**
 * Prose that may hold names of the program.
 *
 * @param {string} text
 */
function plain(text) {
  return sentence(text).replaceAll(/[\\`*_{}[\]<>()|~!&@#]/g, (character) => `&#${character.charCodeAt(0)};`);
}

module.exports = { suspectsAsMarkdown, tellSuspects };
