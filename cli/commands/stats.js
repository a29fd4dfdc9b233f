'use strict';

const { drawTable } = require('../table');
const { size, percent } = require('../../words/numbers');
const { withSnapshot } = require('../snapshots');

/** @type {import('../table').Column[]} */
const COLUMNS = [
  { title: '', cell: ({ label }) => label },
  { title: 'Size', cell: (row) => size(row.bytes), align: 'right' },
  { title: 'Share', cell: ({ share }) => share, align: 'right' },
];

/** @type {import('../commands').Command} */
module.exports = {
  name: 'stats',
  synopsis: 'stats FILE',
  summary: 'the parts of the memory: code, strings, arrays, native',
  description: ['Splits the size of the heap like the Statistics view of Chrome DevTools.'],
  options: [],
  operands: { least: 1, most: 1, wanted: 'one FILE' },
  filesOf: (operands) => operands,
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const statistics = await withSnapshot(context, (snapshot) => snapshot.statistics({ signal: context.signal }));
  if (context.options.json) return context.output.json(statistics);
  const { total, native, v8heap } = statistics;
  const named = v8heap.code + v8heap.jsArrays + v8heap.strings + v8heap.system;
  /** @type {[string, number][]} */
  const parts = [
    ['V8 heap', v8heap.total],
    ['  code', v8heap.code],
    ['  strings', v8heap.strings],
    ['  JavaScript arrays', v8heap.jsArrays],
    ["  V8's own objects", v8heap.system],
    ['  other JavaScript objects', v8heap.total - named],
    ['Outside of the V8 heap', native.total],
    ['  typed arrays', native.typedArrays],
    ['  other', native.total - native.typedArrays],
    ['Total', total],
  ];
  const rows = parts.map(([label, bytes]) => ({ label, bytes, share: percent(bytes, total) }));
  return context.output.lines(drawTable(COLUMNS, rows, context.terminal));
}
