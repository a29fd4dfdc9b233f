'use strict';

const { countColumn, nameColumn, right, sizeColumn } = require('../columns');
const { counted, size } = require('../../words/numbers');
const { choose } = require('../options');
const { printRows } = require('../rows');
const { withSnapshot } = require('../snapshots');
const { fit, harmless } = require('../../words/text');

const SORTS = ['wastedSize', 'shallowSize', 'count', 'value'];
const LONGEST = 96;

/** @type {import('../table').Column[]} */
const COLUMNS = [
  countColumn('Copies'),
  sizeColumn('Size', (row) => row.shallowSize),
  sizeColumn('Wasted', (row) => row.wastedSize, { style: () => 'bold' }),
  right('First', (row) => `@${row.ids[0]}`, { optional: true }),
  nameColumn('String', (row) => quote(row.value)),
];

/** V8 cuts long strings in the file: their ends are unknown. @type {import('../table').Column} */
const EQUAL_IN = { title: 'Equal in', cell: (row) => (row.maybe ? 'its first 1,024 characters' : 'all') };

/** @type {import('../commands').Command} */
module.exports = {
  name: 'strings',
  synopsis: 'strings FILE',
  summary: 'strings that exist more than once',
  description: ['Lists strings of equal text, and the bytes that a single copy would save.'],
  options: ['sort', 'min-count'],
  optionHelp: { sort: `order: ${SORTS.join(', ')}` },
  examples: ['heaphound strings app.heapsnapshot --min-count 100'],
  operands: { least: 1, most: 1, wanted: 'one FILE' },
  filesOf: (operands) => operands,
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { options, output, terminal, signal } = context;
  const field = /** @type {'value' | 'count'} */ (options.sort ? choose(options.sort, SORTS, 'sort') : 'wastedSize');
  const document = await withSnapshot(context, async (snapshot) => ({
    snapshot: snapshot.info,
    strings: await snapshot.duplicateStrings({ signal, minCount: options['min-count'] }),
  }));
  document.strings.sort((a, b) =>
    field === 'value' ? compare(a.value, b.value) : Number(b[field]) - Number(a[field]),
  );
  if (options.json) {
    return output.json({ ...document, strings: document.strings.slice(0, options.limit) });
  }
  const { strings } = document;
  const wasted = strings.reduce((sum, row) => sum + row.wastedSize, 0);
  await output.write(`${terminal.style('bold', size(wasted))} in copies of ${counted(strings.length, 'string')}\n\n`);
  const columns = strings.some((row) => row.maybe)
    ? [...COLUMNS.slice(0, -1), EQUAL_IN, ...COLUMNS.slice(-1)]
    : COLUMNS;
  return printRows(context, columns, strings, { none: 'No string is there twice.', total: strings.length });
}

/**
 * @param {string} a
 * @param {string} b
 */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** @param {string} text */
function quote(text) {
  return `"${fit(harmless(text), LONGEST)}"`;
}
