'use strict';

const { locationColumn, nameColumn, right } = require('../columns');
const { count, countDelta, counted, size, sizeDelta } = require('../../words/numbers');
const { DIFF_SORTS, OWNER_DIFF_SORTS } = require('../../checks/sorts');
const { choose } = require('../options');
const { orderSentence } = require('../../words/leak-order');
const { ownersOf, printOwnerDiff } = require('../owners');
const { printRows } = require('../rows');
const { COMPARISON, checkSeveral, comparisonOptions, sourcesOf, workOptions } = require('../snapshots');
const { sentence, wrap } = require('../../words/text');

/** More ids of one class than a reader needs. */
const IDS_IN_JSON = 100;

/**
 * Nothing for zero, a dash for an unknown value.
 *
 * @type {(print: (value: number) => string) => (value: number | null) => string}
 */
const blankZero = (print) => (value) => (value === null ? '–' : value === 0 ? '' : print(value));
/** @type {(value: number) => string | undefined} */
const deltaStyle = (value) => (value > 0 ? 'red' : value < 0 ? 'green' : undefined);

/** @type {import('../table').Column[]} */
const COLUMNS = [
  nameColumn('Class'),
  right('Added', (row) => blankZero(count)(row.addedCount)),
  right('Removed', (row) => blankZero(count)(row.removedCount), { optional: true }),
  right('Delta', (row) => countDelta(row.countDelta), { style: (_, row) => deltaStyle(row.countDelta) }),
  right('Size delta', (row) => sizeDelta(row.sizeDelta), { style: (_, row) => deltaStyle(row.sizeDelta) }),
  right('Retained by added', (row) => blankZero(size)(row.addedRetainedSize), { optional: true }),
  right('Grown', (row) => blankZero(size)(row.grownSize), { optional: true }),
  locationColumn(),
];

/** @type {import('../commands').Command} */
module.exports = {
  name: 'diff',
  synopsis: 'diff BEFORE AFTER',
  summary: 'objects that were added and removed between two snapshots, by class',
  description: [
    'Compares two snapshots of one process, object by object, like the Comparison view of Chrome DevTools. DevTools',
    'does not show these: the retained size of the added objects, and the growth of objects that are in both.',
    'Snapshots of different processes are compared class by class. For a directory, its oldest and its newest',
    'snapshot are compared. With --by: how many bytes each package or file gained (see summary).',
  ],
  options: ['by', 'sort', ...COMPARISON],
  optionHelp: { sort: `order: ${DIFF_SORTS.join(', ')}; with --by: ${OWNER_DIFF_SORTS.join(', ')}` },
  examples: [
    'heaphound diff before.heapsnapshot after.heapsnapshot --sort countDelta',
    'heaphound diff before.heapsnapshot after.heapsnapshot --by package',
  ],
  operands: { least: 1, most: 2, wanted: 'two FILEs, or a DIR' },
  filesOf: (operands) => operands,
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { options, operands, output, terminal } = context;
  checkSeveral(operands);
  const by = ownersOf(options, ['compare-by']);
  if (by) return printOwnerDiff(context, by);
  const [before, after] = sourcesOf(operands);
  const { diffSnapshots } = require('../..');
  const document = await diffSnapshots(before, after, {
    ...workOptions(context),
    sort: options.sort && choose(options.sort, DIFF_SORTS, 'sort'),
    ...comparisonOptions(options),
    limit: options.json ? options.limit : undefined,
    ids: options.json ? IDS_IN_JSON : 1,
  });
  context.progress.stop();
  if (options.json) return output.json(document);
  await output.lines([...headline(document, terminal), '']);
  return printRows(context, COLUMNS, document.classes, { none: 'Nothing changed.', total: document.classes.length });
}

/**
 * @param {import('../..').DiffDocument} document
 * @param {import('../terminal').Terminal} terminal
 */
function headline({ before, after, order, comparison }, terminal) {
  const change = after.totalSize - before.totalSize;
  const lines = [
    `${size(before.totalSize)} before, ${size(after.totalSize)} after: ${terminal.style('bold', sizeDelta(change))}, ` +
      `${countDelta(after.nodeCount - before.nodeCount)} nodes (${counted(after.nodeCount, 'node')} now)`,
  ];
  const doubts = [
    orderSentence(order, [before, after]),
    comparison.ids ? '' : `Compared by class, not object by object: ${sentence(comparison.reason)}.`,
  ].filter((text) => text !== '');
  return [
    ...lines,
    ...doubts.flatMap((text) => wrap(text, terminal.width).map((line) => terminal.style('yellow', line))),
  ];
}
