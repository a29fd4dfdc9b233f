'use strict';

const { suspectsAsMarkdown, tellSuspects } = require('../suspects/story');
const { readIgnore, rootOf } = require('../leaks/search');
const { sourcesOf, workOptions } = require('../snapshots');
const { UsageError } = require('../usage');

/** Suspects that are printed at length. */
const PRINTED = 3;

/** @type {import('../commands').Command} */
module.exports = {
  name: 'suspects',
  synopsis: 'suspects FILE',
  summary: 'the objects that pile up in one snapshot, such as the file of a crash',
  description: [
    'Takes one snapshot, such as the file that Node.js writes before it runs out of memory',
    '(--heapsnapshot-near-heap-limit). Finds the objects that fill the heap: their class and number, their container,',
    'the line of the program that holds or makes them, the parts of one of them, and the reasons for and against a',
    'leak. One snapshot shows no growth, so a suspect is no proof, and the exit code is 0 with suspects, too. leaks',
    'FIRST SECOND shows growth.',
  ],
  options: ['ignore', 'markdown', 'root'],
  optionHelp: {
    limit: `suspects to print (default ${PRINTED}; with --json 20)`,
    ignore: 'suspects to leave out: fingerprints, names of classes, ends of paths, /expressions/',
    root: 'folder from which files are named (default: the working folder)',
  },
  examples: [
    'heaphound suspects Heap.20260106.101500.4711.0.001.heapsnapshot',
    'heaphound suspects app.heapsnapshot --markdown > suspects.md',
  ],
  operands: { least: 1, most: 1, wanted: 'one FILE' },
  filesOf: (operands) => operands,
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { options, operands, output, terminal, progress } = context;
  if (options.json && options.markdown) throw new UsageError('--json cannot be used with --markdown');
  const { findSuspects } = require('../..');
  const [source] = sourcesOf(operands);
  const document = await findSuspects(source, {
    ...workOptions(context),
    ignore: readIgnore(options.ignore ?? []),
    limit: options.json || options.markdown ? options.limit : undefined,
  });
  progress.stop();
  if (options.json) return output.json(document);
  if (options.markdown) return output.lines(suspectsAsMarkdown(document, { root: rootOf(options) }));
  return output.lines(tellSuspects(document, { file: operands[0], limit: options.limit ?? PRINTED, terminal }));
}
