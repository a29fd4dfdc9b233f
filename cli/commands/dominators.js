'use strict';

const { countColumn, idColumn, locationColumn, nameColumn, sizeColumn } = require('../columns');
const { identifier } = require('../options');
const { printRows, rowLimit } = require('../rows');
const { withSnapshot } = require('../snapshots');
const { label } = require('../../words/text');

/** @type {import('../table').Column[]} */
const COLUMNS = [
  nameColumn('Object', (row) => '  '.repeat(row.level) + label(row.name || row.className)),
  idColumn(),
  sizeColumn('Shallow size', (row) => row.shallowSize),
  sizeColumn('Retained size', (row) => row.retainedSize, { style: () => 'bold' }),
  countColumn('Children', (row) => row.childCount),
  locationColumn(),
];

/** @type {import('../commands').Command} */
module.exports = {
  name: 'dominators',
  synopsis: 'dominators FILE [@ID]',
  summary: 'the objects that retain most memory',
  description: [
    'Lists the objects with the largest retained size in the whole heap. With an @ID, lists the objects that only',
    'this object keeps alive: its children in the dominator tree. Repeat it with one of their ids to go further down',
    'the tree.',
  ],
  options: ['depth'],
  optionHelp: { limit: 'children of each object (default 30; with --json 100)' },
  examples: [
    'heaphound dominators app.heapsnapshot',
    'heaphound dominators app.heapsnapshot @12345 --depth 3 --limit 5',
  ],
  operands: { least: 1, most: 2, wanted: 'one FILE and at most one @ID' },
  filesOf: (operands) => operands.slice(0, 1),
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { operands, options, output, signal } = context;
  const query = {
    signal,
    id: operands.length > 1 ? identifier(operands[1], 'ID') : undefined,
    depth: options.depth,
    // One more row than needed shows whether there are more.
    limit: options.json ? options.limit : rowLimit(options) + 1,
  };
  const document = await withSnapshot(context, async (snapshot) => ({
    snapshot: snapshot.info,
    dominators: await snapshot.dominators(query),
  }));
  if (options.json) return output.json(document);
  const rows = flatten(document.dominators, rowLimit(options));
  const isCut = document.dominators.length > rowLimit(options);
  await printRows({ ...context, options: { ...options, limit: rows.length || 1 } }, COLUMNS, rows, {
    none: 'It keeps nothing else alive.',
  });
  if (isCut) await output.write(context.terminal.style('dim', '… and more: --limit shows them\n'));
}

/**
 * The tree as rows, parents first; depth is at most 16.
 *
 * @param {import('../..').DominatorRow[]} rows
 * @param {number} limit
 * @param {number} [level]
 * @returns {any[]}
 */
function flatten(rows, limit, level = 0) {
  return rows.slice(0, limit).flatMap((row) => [{ ...row, level }, ...flatten(row.children ?? [], limit, level + 1)]);
}
