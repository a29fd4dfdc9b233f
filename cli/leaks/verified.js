'use strict';

// The page of two series: a line for each leak and its state, then the pages of what the second series still has.

const { tellLeaks } = require('./story');
const { code, escape, leaksAsMarkdown } = require('./markdown');
const { drawTable } = require('../table');
const { verifiedDoubts, verifiedHeadline, verifiedRows } = require('../../words/verify');
const { wrap } = require('../../words/text');

/** @type {Record<import('../..').VerifyDocument['verdict'], string[]>} */
const TITLES = { gone: ['bold', 'green'], left: ['bold', 'red'], unknown: ['bold', 'yellow'] };
/** @type {Record<string, string>} */
const STATES = { gone: 'green', unknown: 'yellow' };

/** @type {import('../table').Column[]} */
const COLUMNS = [
  { title: '', cell: (row) => `${row.mark} ${row.state}`, style: (_, row) => STATES[row.state] ?? 'red' },
  { title: '', cell: (row) => row.name, flexible: true, style: () => 'bold' },
  { title: '', cell: (row) => row.growth, align: 'right' },
  { title: '', cell: (row) => row.holder, optional: true },
  { title: '', cell: (row) => `[${row.fingerprint}]`, style: () => 'dim', optional: true },
];

/**
 * @param {import('../..').VerifyDocument} document
 * @param {{ files: string[], flags: string[], limit: number, all?: boolean, terminal: import('../terminal').Terminal }} options
 *   files: of the second series
 * @returns {string[]} lines
 */
function tellVerified(document, { terminal, ...options }) {
  const { title, headline } = verifiedHeadline(document);
  const [first, ...more] = wrap(headline, terminal.width);
  const rows = drawTable(COLUMNS, verifiedRows(document), terminal, { header: false, indent: 3 });
  return [
    terminal.style(TITLES[document.verdict], title) + first.slice(title.length),
    ...more,
    ...(rows.length > 0 ? ['', ...rows] : []),
    ...verifiedDoubts(document).flatMap((text) => [
      '',
      ...wrap(text, terminal.width).map((line) => terminal.style('yellow', line)),
    ]),
    '',
    terminal.style('bold', 'The second series'),
    ...tellLeaks(document.after, { ...options, terminal }),
  ];
}

/**
 * @param {import('../..').VerifyDocument} document
 * @param {{ root: string }} options
 * @returns {string[]} lines
 */
function verifiedAsMarkdown(document, { root }) {
  const rows = verifiedRows(document, code);
  return [
    `### ${escape(verifiedHeadline(document).headline)}`,
    ...(rows.length > 0
      ? [
          '',
          '| | Class | Growth | Held by | Fingerprint |',
          '|---|---|--:|---|---|',
          ...rows.map(
            ({ mark, state, name, growth, holder, fingerprint }) =>
              `| ${[`${mark} ${state}`, name, growth, holder, code(fingerprint)].map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`,
          ),
        ]
      : []),
    ...verifiedDoubts(document).flatMap((text) => ['', escape(text)]),
    '',
    '#### The second series',
    '',
    ...leaksAsMarkdown(document.after, { root }).map((line) => line.replace(/^### /, '##### ')),
  ];
}

module.exports = { tellVerified, verifiedAsMarkdown };
