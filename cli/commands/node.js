'use strict';

const { ALL_ROWS } = require('../../checks/limits');
const { distanceColumn, idColumn, nameColumn, sizeColumn } = require('../columns');
const { drawPath } = require('../path-lines');
const { count, distance, size } = require('../../words/numbers');
const { printLocation } = require('../../words/location');
const { nameOf, writeEdge } = require('../../words/reference');
const { printRows, rowLimit } = require('../rows');
const { withObject } = require('../snapshots');
const { fit, harmless, label } = require('../../words/text');

/** A string is asked for its text: V8 writes 1,024 characters of it. */
const LONGEST_TEXT = 1100;

/** @type {(title: string) => import('../table').Column} */
const edgeColumn = (title) => ({ title, cell: (row) => reference(row), style: () => 'yellow' });
/** @type {import('../table').Column[]} */
const RETAINERS = [edgeColumn('Held through'), nameColumn('of'), idColumn(), distanceColumn()];
/** @type {import('../table').Column[]} */
const EDGES = [edgeColumn('Holds'), nameColumn(''), idColumn(), sizeColumn('Retained size', (row) => row.retainedSize)];

/** @type {import('../commands').Command} */
module.exports = {
  name: 'node',
  synopsis: 'node FILE @ID',
  summary: 'all facts about one object: its retainers, its edges, its path',
  description: [
    'Prints the sizes, dominator, retainers, edges and retaining path of one object, and its allocation stack if it',
    'was recorded.',
  ],
  options: [],
  optionHelp: { limit: 'retainers and edges to print (default 30; with --json all)' },
  examples: ['heaphound node app.heapsnapshot @12345'],
  operands: { least: 2, most: 2, wanted: 'one FILE and one @ID' },
  filesOf: (operands) => operands.slice(0, 1),
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { options, output, terminal, signal } = context;
  const limit = options.json ? (options.limit ?? ALL_ROWS) : rowLimit(options);
  const document = await withObject(context, (snapshot, id) => snapshot.node(id, { signal, limit }));
  if (options.json) return output.json(document);
  await output.lines(facts(document, terminal));
  await output.lines(heading('Why it is alive', terminal));
  await output.lines(
    document.retainingPath.length > 0
      ? drawPath(document.retainingPath, terminal, { marks: new Map([[document.id, '← this']]) })
      : ['Nothing but weak references leads to it.'],
  );
  if (document.allocationStack && document.allocationStack.length > 0) {
    await output.lines(heading('Allocated by', terminal));
    await output.lines(
      document.allocationStack.map(
        (frame) => `at ${nameOf(frame.name) || '(anonymous)'} ${terminal.style('dim', printLocation(frame))}`,
      ),
    );
  }
  await output.lines(heading(`Retainers (${count(document.retainerCount)})`, terminal));
  await printRows(context, RETAINERS, document.retainers, { none: 'None.', total: document.retainerCount });
  await output.lines(heading(`Edges (${count(document.edgeCount)})`, terminal));
  await printRows(context, EDGES, document.edges, { none: 'None.', total: document.edgeCount });
}

/**
 * @param {import('../..').NodeDocument} node
 * @param {import('../terminal').Terminal} terminal
 */
function facts(node, terminal) {
  const { dominator } = node;
  return [
    `${terminal.style(['bold', 'cyan'], fit(label(node.name), LONGEST_TEXT))} @${node.id}${node.detached ? terminal.style('red', '  detached') : ''}`,
    `class          ${nameOf(node.className)} (${harmless(node.kind)})`,
    ...(node.location ? [`location       ${printLocation(node.location)}`] : []),
    `shallow size   ${size(node.shallowSize)}`,
    `retained size  ${size(node.retainedSize)}`,
    `distance       ${distance(node.distance)}`,
    ...(dominator ? [`dominator      ${nameOf(dominator.name) || '(unnamed)'} @${dominator.id}`] : []),
  ];
}

/**
 * @param {string} text
 * @param {import('../terminal').Terminal} terminal
 */
function heading(text, terminal) {
  return ['', terminal.style('bold', text)];
}

/**
 * Weak references are marked: they keep nothing alive.
 *
 * @param {{ edge: string, edgeKind: import('../..').EdgeKind }} row
 */
function reference({ edge, edgeKind }) {
  const isReference = edgeKind === 'internal' || edgeKind === 'hidden';
  const text = isReference ? `(${nameOf(edge)})` : writeEdge(String(edge));
  return edgeKind === 'weak' ? `${text} weak` : text;
}
