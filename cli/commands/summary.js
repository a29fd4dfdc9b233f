'use strict';

const { countColumn, distanceColumn, locationColumn, nameColumn, sizeColumn } = require('../columns');
const { count, counted, size, percent } = require('../../words/numbers');
const { FILTERS } = require('../../checks/filters');
const { OWNER_SORTS } = require('../../checks/sorts');
const { choose } = require('../options');
const { ownersOf, printOwners } = require('../owners');
const { printRows } = require('../rows');
const { idRangeOf, withSnapshot } = require('../snapshots');

const SORTS = ['retainedSize', 'shallowSize', 'count', 'distance', 'name'];

/** @type {import('../table').Column[]} */
const COLUMNS = [
  nameColumn('Class'),
  countColumn('Count'),
  sizeColumn('Shallow size', (row) => row.shallowSize),
  sizeColumn('Retained size', (row) => row.retainedSize, { style: () => 'bold' }),
  distanceColumn(),
  locationColumn(),
];

/** @type {import('../commands').Command} */
module.exports = {
  name: 'summary',
  synopsis: 'summary FILE',
  summary: 'objects by class, with their sizes',
  description: [
    'Lists the objects by class, like the Summary view of Chrome DevTools: their number, their shallow size, the',
    'bytes that would be freed with them (retained size), the fewest edges from a root, and the place of the class in',
    'the source. With --by: whose objects they are, for each package or file. An object belongs to where its class or',
    'function stands, and one without such a place to the nearest owner that holds it; the last lines are the rest.',
  ],
  options: ['by', 'sort', 'filter', 'after-id', 'up-to-id'],
  optionHelp: {
    sort: `order: ${SORTS.join(', ')}; with --by: ${OWNER_SORTS.join(', ')}`,
    filter: `only the objects that a filter of DevTools leaves: ${FILTERS.join(', ')}`,
  },
  examples: [
    'heaphound summary app.heapsnapshot',
    'heaphound summary app.heapsnapshot --by package',
    'heaphound summary app.heapsnapshot --sort count --json | head',
  ],
  operands: { least: 1, most: 1, wanted: 'one FILE' },
  filesOf: (operands) => operands,
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { options, output, terminal, signal } = context;
  const by = ownersOf(options, ['filter', 'after-id', 'up-to-id']);
  if (by) return printOwners(context, by);
  const query = {
    signal,
    sort: options.sort && choose(options.sort, SORTS, 'sort'),
    filter: options.filter && choose(options.filter, [...FILTERS], 'filter'),
    idRange: idRangeOf(options),
    limit: options.json ? options.limit : undefined,
  };
  const document = await withSnapshot(context, (snapshot) => snapshot.summary(query));
  if (options.json) return output.json(document);
  const { snapshot: info, classes } = document;
  await output.lines([
    `${terminal.style('bold', size(info.totalSize))} in ${counted(info.nodeCount, 'node')} and ${counted(info.edgeCount, 'edge')}` +
      (info.unreachableCount > 0 ? `, ${count(info.unreachableCount)} of the nodes unreachable` : ''),
    '',
  ]);
  const columns = COLUMNS.map((column) =>
    column.title === 'Retained size' ? withShare(column, info.totalSize) : column,
  );
  return printRows(context, columns, classes, { none: 'No object is left by the filter.', total: classes.length });
}

/**
 * The share of the whole heap beside the size, as in DevTools.
 *
 * @param {import('../table').Column} column
 * @param {number} total
 */
function withShare(column, total) {
  return {
    ...column,
    cell: (/** @type {import('../..').ClassSummary} */ row) =>
      `${column.cell(row)} ${percent(row.retainedSize, total).padStart(5)}`,
  };
}
