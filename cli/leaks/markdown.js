'use strict';

// Leaks for an issue or a comment. Names come from a foreign process: they stand in code, where no mark-up, no link and
// no mention of a person works.

const { printLocation } = require('../../words/location');
const {
  cacheOf,
  SIGNS,
  cutOf,
  detailOf,
  headline,
  knownAs,
  nameOf,
  referenceOf,
} = require('../../words/leak-sentences');
const { shares, tellOutside, tellUnknown } = require('../../words/leak-accounting');
const { counted, size } = require('../../words/numbers');
const { orderSentence } = require('./order-line');
const { harmless, sentence } = require('../../words/text');

const LINK = /(https:\/\/[\w./%?=&+~-]+[\w/])/;

/**
 * @param {import('../..').LeakDocument & { known?: string[] }} document `known`: fingerprints of a baseline that are
 *   still there
 * @param {{ root: string }} options
 * @returns {string[]} lines
 */
function leaksAsMarkdown(document, { root }) {
  const { snapshots, order, leaks, ignored, outside, known = [] } = document;
  const over = `${counted(snapshots.length, 'snapshot')} (${snapshots.map((snapshot) => size(snapshot.totalSize)).join(' → ')})`;
  const left = ignored > 0 ? `, ${ignored} ignored` : '';
  const still = known.length === 0 ? '' : ` Of the baseline there are still: ${known.map(code).join(', ')}.`;
  const ordered = orderSentence(order, snapshots);
  const doubt = ordered === '' ? [] : ['', escape(ordered)];
  const account = shares(document);
  const closing = [
    ...doubt,
    ...(account ? ['', escape(account)] : []),
    ...(outside?.isUnexplained ? ['', escape(`Also, ${tellOutside(outside).headline}`)] : []),
  ];
  if (document.verdict === 'unknown') {
    const { headline, sentences } = tellUnknown(document);
    return [
      '### Cannot tell whether it leaks',
      '',
      `**${escape(headline)}**`,
      '',
      ...sentences.map((sentence) => `- ${escape(sentence)}`),
      ...(still === '' ? [] : ['', still.trim()]),
      ...doubt,
      ...(account ? ['', escape(account)] : []),
    ];
  }
  if (leaks.length === 0 && known.length + ignored > 0) {
    return [
      known.length > 0 ? '### No new leak' : '### No other leak',
      '',
      `Looked at ${over}${left}.${still}`,
      ...closing,
    ];
  }
  if (leaks.length === 0) return ['### No leak', '', `Nothing piles up over ${over}${left}.`, ...closing];
  return [
    `### ${counted(leaks.length, 'leak')}`,
    ...leaks.flatMap((leak) => ['', ...leakAsMarkdown(leak, root)]),
    '',
    `Found over ${over}${left}.${still}`,
    ...closing,
  ];
}

/**
 * @param {import('../..').Leak} leak
 * @param {string} root
 */
function leakAsMarkdown(leak, root) {
  const { container, location, known, kind, advice, confidence, evidence, fingerprint } = leak;
  /** @type {(...texts: string[]) => string} */
  const codes = (...texts) =>
    texts
      .filter((text) => text !== '')
      .map(code)
      .join(', ');
  const place = printLocation(location, root);
  const kindDetail = [detailOf(leak, code), codes(printLocation(leak.detail?.location, root))]
    .filter((text) => text !== '')
    .join(', ');
  /** @type {[label: string, text: string][]} */
  const rows = [
    ['Kind', `${kind}${kindDetail === '' ? '' : `: ${kindDetail}`}`],
    ['Container', codes(nameOf(container.name), printLocation(container.location, root))],
    ['Class', place === '' ? '' : codes(nameOf(leak.className), place)],
    ['Cut', cutOf(leak, code)],
    ['Known', known ? `${escape(knownAs(known))} (${escapeKeepingLinks(known.source)})` : ''],
    ['Fix', escape(known?.advice ?? advice)],
    ['Cache?', cacheOf(leak)],
    ['Sure', [confidence, ...evidence.map(escape)].join('; ')],
    ['Fingerprint', code(fingerprint)],
  ];
  return [
    `**${headline(leak, code)}**`,
    '',
    '| | |',
    '|---|---|',
    ...rows.filter(([, text]) => text !== '').map(([label, text]) => `| ${label} | ${text.replaceAll('|', '\\|')} |`),
    '',
    '<details><summary>Why it stays alive</summary>',
    '',
    ...codeBlock(leak.retainingPath.map((step, at) => pathLine(step, at, root))),
    '',
    '</details>',
  ];
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
 * Prose that may hold names. An empty comment keeps `@name`, `#1` and links from being what they look like.
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
 * The same, with the links of a catalogue: that is our own, or the user's.
 *
 * @param {string} text
 */
function escapeKeepingLinks(text) {
  return text
    .split(LINK)
    .map((part, at) => (at % 2 === 1 ? `<${part}>` : escape(part)))
    .join('');
}

module.exports = { leaksAsMarkdown };
