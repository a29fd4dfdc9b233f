'use strict';

// Leaks for an issue or a comment. Names come from a foreign process: they stand in code, where no mark-up, no link and
// no mention of a person works.

const { printLocation } = require('../../words/location');
const { factsOf } = require('../../words/leak-facts');
const { SIGNS, headline, nameOf, referenceOf } = require('../../words/leak-sentences');
const { verdictOf } = require('../../words/leak-verdict');
const { harmless, sentence } = require('../../words/text');

const LINK = /(https:\/\/[\w./%?=&+~-]+[\w/])/;

/**
 * @param {import('../..').LeakDocument & { known?: string[] }} document `known`: fingerprints of a baseline that are
 *   still there
 * @param {{ root: string }} options
 * @returns {string[]} lines
 */
function leaksAsMarkdown(document, { root }) {
  const { leaks, known = [] } = document;
  const { title, headline, paragraphs, doubts, footnotes } = verdictOf(document, { knownCount: known.length });
  const still = known.length === 0 ? [] : [`Of the baseline there are still: ${known.map(code).join(', ')}.`];
  return [
    `### ${title}`,
    ...leaks.flatMap((leak) => ['', ...leakAsMarkdown(leak, root)]),
    '',
    leaks.length > 0 ? escape(headline) : `**${escape(headline)}**`,
    ...[...paragraphs.map(escape), ...still, ...doubts.map(escape), ...footnotes.map(escape)].flatMap((text) => [
      '',
      text,
    ]),
    ...nextAsMarkdown(document.next),
  ];
}

/**
 * What would make the answer sure.
 *
 * @param {import('../..').NextStep[]} [next]
 */
function nextAsMarkdown(next = []) {
  if (next.length === 0) return [];
  return [
    '',
    '**To be sure**',
    ...next.flatMap(({ why, command }) => ['', `${escape(why)}:`, '', ...codeBlock([command])]),
  ];
}

/**
 * @param {import('../..').Leak} leak
 * @param {string} root
 */
function leakAsMarkdown(leak, root) {
  const rows = factsOf(leak, { quote: code, prose: escape, folder: root }).map((fact) => [
    fact.label,
    factText(fact, root),
  ]);
  return [
    `**${headline(leak, code)}**`,
    '',
    '| | |',
    '|---|---|',
    ...[...rows, ['Fingerprint', code(leak.fingerprint)]].map(
      ([label, text]) => `| ${label} | ${text.replaceAll('|', '\\|')} |`,
    ),
    '',
    '<details><summary>Why it stays alive</summary>',
    '',
    ...codeBlock(leak.retainingPath.map((step, at) => pathLine(step, at, root))),
    '',
    '</details>',
  ];
}

/**
 * @param {import('../../words/leak-facts').Fact} fact
 * @param {string} root
 */
function factText({ text, place, relation, source, reasons = [] }, root) {
  const shown = code(printLocation(place, root));
  return [
    text + (source === undefined ? '' : ` (${escapeKeepingLinks(source)})`),
    ...(shown === '' ? [] : [`${relation ? `${relation} ` : ''}${shown}`]),
    ...reasons,
  ].join(reasons.length > 0 ? '; ' : ', ');
}

/**
 * @param {import('../..').LeakStep} step
 * @param {number} at
 * @param {string} root
 */
function pathLine(step, at, root) {
  const reference = at === 0 ? '' : referenceOf(step);
  const place = printLocation(step.location, root);
  return `${SIGNS[step.leaking]} ${reference === '' ? '' : `${reference} → `}${nameOf(step.name) || '(root)'}${place === '' ? '' : `  ${place}`}${step.cut ? '  ← cut here' : ''}`;
}

/**
 * A span of code that shows the text as it is.
 *
 * @param {string} text
 */
function code(text) {
  const shown = harmless(text);
  if (shown === '') return '';
  const fence = '`'.repeat(longestRun(shown) + 1);
  // A blank next to a backtick is taken away again, and so are those around a text of blanks at both ends.
  const space = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return fence + space + shown + space + fence;
}

/** @param {string[]} lines */
function codeBlock(lines) {
  const fence = '`'.repeat(Math.max(longestRun(lines.join('\n')) + 1, 3));
  return [`${fence}text`, ...lines, fence];
}

/** @param {string} text */
function longestRun(text) {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}

/**
 * Prose that may hold names. An empty comment keeps `@name`, `#1` and links from being a mention or a link.
 *
 * @param {string} text
 */
function escape(text) {
  return sentence(text)
    .replaceAll(/[\\`*_{}[\]<>()|~!&]/g, (character) =>
      character === '<' ? '&lt;' : character === '>' ? '&gt;' : character === '&' ? '&amp;' : `\\${character}`,
    )
    .replaceAll(/([@#])(?=\w)/g, '$1<!-- -->')
    .replaceAll('://', ':<!-- -->//')
    .replaceAll(/\bwww\./gi, 'www<!-- -->.');
}

/**
 * Prose with the links of a catalogue, which is ours or the user's.
 *
 * @param {string} text
 */
function escapeKeepingLinks(text) {
  return text
    .split(LINK)
    .map((part, at) => (at % 2 === 1 ? `<${part}>` : escape(part)))
    .join('');
}

module.exports = { code, escape, leaksAsMarkdown };
