'use strict';

// Two reports, for people: what is other in the newer one.

const { count, countDelta, mean, size, sizeDelta } = require('../../words/numbers');
const { nameOf } = require('../../words/reference');
const { wrap } = require('../../words/text');
const { drawTable } = require('../table');

const INDENT = 3;
/** Classes that are printed. */
const MOST_CLASSES = 10;
/** @type {Record<import('../..').ReportChange['state'], string>} */
const STYLES = { missing: 'yellow', smaller: 'green', same: 'red', larger: 'red', moved: 'red', new: 'red' };

/**
 * @param {import('../..').ReportChanges} changes
 * @param {import('../terminal').Terminal} terminal
 */
function tellChanges({ sort, verdict, changes, classes, doubts }, terminal) {
  const what = sort === 'leaks' ? 'leak' : 'suspect';
  const title = (/** @type {string} */ text) => ['', terminal.style('bold', text)];
  const rows = drawTable(CHANGES, changes, terminal, { header: false, indent: INDENT });
  const shown = classes.slice(0, MOST_CLASSES);
  return [
    ...wrap(`Older: ${verdict.older}`, terminal.width),
    ...wrap(`Newer: ${verdict.newer}`, terminal.width),
    ...(changes.length > 0 ? [...title(`The ${what}s`), ...rows] : ['', `Neither has a ${what}.`]),
    ...(shown.length > 0
      ? [...title('Classes of the last snapshots'), ...drawTable(CLASSES, shown, terminal, { indent: INDENT })]
      : []),
    ...doubts.flatMap((text) => ['', ...wrap(text, terminal.width).map((line) => terminal.style('yellow', line))]),
  ];
}

/** @type {import('../table').Column[]} */
const CHANGES = [
  {
    title: '',
    cell: ({ state }) => state,
    style: (_, { state }) => STYLES[/** @type {keyof typeof STYLES} */ (state)],
  },
  { title: '', cell: (row) => nameOf(row.className), style: () => 'bold', flexible: true },
  { title: '', cell: ({ rate }) => growthOf(rate), align: 'right' },
  { title: '', cell: ({ before, after }) => `[${after ?? before}]`, style: () => 'dim', optional: true },
];

/** @type {import('../table').Column[]} */
const CLASSES = [
  { title: 'Class', cell: (row) => nameOf(row.name), style: () => 'cyan', flexible: true },
  { title: 'Objects', cell: ({ after }) => count(after.count), align: 'right' },
  { title: 'Change', cell: ({ before, after }) => countDelta(after.count - before.count), align: 'right' },
  { title: 'Bytes', cell: ({ after }) => size(after.size), align: 'right' },
  { title: 'Change', cell: ({ before, after }) => sizeDelta(after.size - before.size), align: 'right' },
];

/** @param {import('../..').ReportChange['rate']} rate */
function growthOf(rate) {
  if (rate === undefined) return '';
  const print = rate.of === 'objects' ? mean : size;
  const unit = rate.of === 'objects' ? ' objects' : '';
  const per = rate.per === 'heap' ? '' : ` an ${rate.per}`;
  return `${print(rate.before)} → ${print(rate.after)}${unit}${per}`;
}

module.exports = { tellChanges };
