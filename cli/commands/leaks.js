'use strict';

const { tellLeaks } = require('../leak_story');
const { rowLimit } = require('../rows');
const { compareByOf, sourcesOf, workOptions } = require('../snapshots');

/** Exit code that says: leaks were found. */
const FOUND = 1;
const ALL = 0xffffffff;
/** A page a leak is enough to read at once. */
const DEFAULT_LEAKS = 5;

/** @type {import('../commands').Command} */
module.exports = {
  name: 'leaks',
  synopsis: 'leaks FIRST SECOND [THIRD…]',
  summary: 'what grows from snapshot to snapshot, and what holds it',
  description: [
    'Takes two or more snapshots of one program, oldest first, and names what accumulates: the class, the container,',
    'the reference that holds it and where that stands in the source. Ends with exit code 1 when something leaks.',
    'Three snapshots or more, with the same work between them, tell a leak from a cache that is filling up. Objects are',
    'followed by their ids, or, after restarts and over replicas, compared by the way on which they hang from the roots.',
  ],
  options: ['operations', 'tree', 'compare-by'],
  optionHelp: { limit: `leaks to print (default ${DEFAULT_LEAKS}; with --json all)` },
  examples: [
    'heaphound leaks a.heapsnapshot b.heapsnapshot c.heapsnapshot',
    'heaphound leaks a.heapsnapshot b.heapsnapshot c.heapsnapshot --operations 211 --tree',
  ],
  operands: { least: 2, most: Infinity, wanted: 'two FILEs or more' },
  filesOf: (operands) => operands,
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { options, operands, output, terminal } = context;
  const sources = sourcesOf(operands);
  const { findLeaks } = require('../..');
  const document = await findLeaks(sources, {
    ...workOptions(context),
    compareBy: compareByOf(options),
    operations: options.operations,
    limit: options.json ? options.limit ?? ALL : ALL,
  });
  context.progress.stop();
  if (options.json) await output.json(document);
  else await output.lines(tellLeaks(document, { files: operands, limit: rowLimit({ limit: DEFAULT_LEAKS, ...options }), tree: options.tree === true, terminal }));
  return document.leaks.length > 0 ? FOUND : 0;
}
