'use strict';

const { CANNOT_TELL, REPORT, checkFormat, reportLeaks } = require('../leaks/report');
const { SEARCH, SEARCH_HELP, flagsOf, searchLeaks } = require('../leaks/search');
const { tellLeaks } = require('../leaks/story');
const { choose } = require('../options');

/** Exit code for leaks that were found. */
const FOUND = 1;

/** @type {import('../commands').Command} */
module.exports = {
  name: 'leaks',
  synopsis: 'leaks FIRST SECOND [THIRD…]',
  summary: 'the objects that grow from snapshot to snapshot, and their holder',
  description: [
    'Takes two or more snapshots of one program, oldest first, and finds the objects that pile up: their class, the',
    'container, the reference that holds them, and its place in the source. Ends with exit code 1 when there is a',
    'leak, and with 4 when the verdict is unknown: no leak was found, and too much of the growth has no explanation.',
    'Three snapshots or more, with the same work between them, tell a leak from a cache that is filling up. Objects',
    'are followed by their ids. After restarts and across replicas they are compared by their paths from the roots.',
    'Marks along the path: ✓ belongs there, ? may not belong there, ✗ should be gone.',
  ],
  options: ['all', 'tree', 'path', ...SEARCH, ...REPORT],
  optionHelp: {
    ...SEARCH_HELP,
    limit: 'leaks to print at length (default 1, the others in a line each; with --json all)',
  },
  examples: [
    'heaphound leaks a.heapsnapshot b.heapsnapshot c.heapsnapshot',
    'heaphound leaks a.heapsnapshot b.heapsnapshot c.heapsnapshot --operations 211 --tree --path full',
    'heaphound leaks a.heapsnapshot b.heapsnapshot c.heapsnapshot --sarif > leaks.sarif',
    'heaphound leaks a.heapsnapshot b.heapsnapshot c.heapsnapshot --ignore LRUCache,/vendor/',
  ],
  operands: { least: 1, most: Infinity, wanted: 'two FILEs or more, or a DIR' },
  filesOf: (operands) => operands,
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { options, operands: files, terminal } = context;
  checkFormat(options);
  const full = choose(options.path ?? 'short', ['short', 'full'], 'path') === 'full';
  const document = await searchLeaks(context, files, options.json ? options.limit : undefined);
  const limit = options.limit ?? (options.all ? document.leaks.length : 1);
  await reportLeaks(context, document, {
    story: () =>
      tellLeaks(document, {
        files,
        flags: flagsOf(options),
        limit,
        all: options.all,
        tree: options.tree,
        full,
        terminal,
      }),
  });
  return { leak: FOUND, unknown: CANNOT_TELL, none: 0 }[document.verdict];
}
