'use strict';

const { ALL_ROWS } = require('../../checks/limits');
const { distanceColumn, idColumn, locationColumn, nameColumn, sizeColumn } = require('../columns');
const { choose } = require('../options');
const { printRows, rowLimit } = require('../rows');
const { withSnapshot } = require('../snapshots');

const SORTS = ['retainedSize', 'shallowSize', 'id'];

/** @type {import('../table').Column[]} */
const COLUMNS = [
  nameColumn('Object'),
  idColumn(),
  { title: 'Kind', cell: (row) => row.kind, optional: true },
  sizeColumn('Shallow size', (row) => row.shallowSize),
  sizeColumn('Retained size', (row) => row.retainedSize, { style: () => 'bold' }),
  distanceColumn(),
  locationColumn(),
];

/** @type {import('../commands').Command} */
module.exports = {
  name: 'query',
  synopsis: 'query FILE',
  summary: 'objects by name, class, property, type or size',
  description: ['Lists the objects that match all of the given options. Regular expressions ignore case.'],
  options: [
    'class',
    'name',
    'property',
    'kind',
    'detached',
    'min-size',
    'max-size',
    'retained-min',
    'retained-max',
    'sort',
  ],
  optionHelp: { sort: `order: ${SORTS.join(', ')}` },
  examples: [
    "heaphound query app.heapsnapshot --class '^Session$'",
    "heaphound query app.heapsnapshot --property '^token$' --retained-min 1MB --json",
  ],
  operands: { least: 1, most: 1, wanted: 'one FILE' },
  filesOf: (operands) => operands,
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { options, output, signal } = context;
  const query = {
    signal,
    className: options.class,
    name: options.name,
    property: options.property,
    kind: options.kind,
    detached: options.detached,
    minShallowSize: options['min-size'],
    maxShallowSize: options['max-size'],
    minRetainedSize: options['retained-min'],
    maxRetainedSize: options['retained-max'],
    sort: options.sort && choose(options.sort, SORTS, 'sort'),
    limit: options.json ? (options.limit ?? ALL_ROWS) : rowLimit(options) + 1,
  };
  const document = await withSnapshot(context, async (snapshot) => ({
    snapshot: snapshot.info,
    nodes: await snapshot.query(query),
  }));
  if (options.json) return output.json(document);
  return printRows(context, COLUMNS, document.nodes, { none: 'No object matches.' });
}
