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
  summary: 'what piles up in one snapshot: for the file of a crash',
  description: [
    'Takes one snapshot, as Node.js writes it before it runs out of memory (--heapsnapshot-near-heap-limit), and names',
    'where most of the heap piles up: how many objects of which class, in which container, held or made by which line',
    'of the program, what one of them is made of, and what speaks for a leak and against one. One snapshot shows no',
    'growth, so a suspect is no proof: the exit code is 0 with suspects, too. leaks FIRST SECOND shows what grows.',
  ],
  options: ['ignore', 'markdown', 'root'],
  optionHelp: {
    limit: `suspects to print (default ${PRINTED}; with --json 20)`,
    ignore: 'leave suspects out: fingerprints, names of classes, ends of paths, /expressions/',
    root: 'folder that files are named from (default: the working one)',
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
