'use strict';

const { idColumn, nameColumn, sizeColumn } = require('../columns');
const { counted, size } = require('../../words/numbers');
const { printRows } = require('../rows');
const { withSnapshot } = require('../snapshots');

/** @type {import('../table').Column[]} */
const COLUMNS = [
  idColumn(),
  sizeColumn('Size', (row) => row.size, { style: () => 'bold' }),
  sizeColumn('Retained', (row) => row.retainedSize),
  nameColumn('Native context'),
];

/** @type {import('../commands').Command} */
module.exports = {
  name: 'contexts',
  synopsis: 'contexts FILE',
  summary: 'the objects that closures keep alive, and the size of each node:vm context',
  description: [
    'Two sums: the bytes that only captured variables of closures keep alive, and the bytes of each native context.',
    'There is a native context for the program, one for each context of node:vm, and in a browser one for each frame.',
  ],
  options: [],
  examples: ['heaphound contexts app.heapsnapshot'],
  operands: { least: 1, most: 1, wanted: 'one FILE' },
  filesOf: (operands) => operands,
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { options, output, signal } = context;
  const document = await withSnapshot(context, async (snapshot) => ({
    snapshot: snapshot.info,
    ...(await snapshot.contexts({ signal })),
  }));
  if (options.json) return output.json(document);
  const { closures, realms, sharedSize, unattributedSize } = document;
  const objects = `${counted(closures.retainedCount, 'object')} in ${counted(closures.contextCount, 'scope')}`;
  await output.write(
    `Only variables that closures captured keep ${size(closures.retainedSize)} alive, ${objects}.\n\n`,
  );
  const rows = [...realms].sort((a, b) => b.size - a.size);
  await printRows(context, COLUMNS, rows, { none: 'The snapshot names no native context.', total: rows.length });
  return output.write(
    `\nSeveral native contexts share ${size(sharedSize)}; ${size(unattributedSize)} belong to none.\n`,
  );
}
