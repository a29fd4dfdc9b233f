'use strict';

const { isGithub, withoutCommands } = require('../leaks/github');
const { SEARCH, SEARCH_HELP, flagsOf, searchLeaks } = require('../leaks/search');
const { explainLeak } = require('../leaks/details');
const { UsageError } = require('../usage');

/** @type {import('../commands').Command} */
module.exports = {
  name: 'explain',
  synopsis: 'explain FINGERPRINT FIRST SECOND [THIRD…]',
  summary: 'all facts about one leak',
  description: [
    'Takes the fingerprint of a leak, or its beginning, and the snapshots in which the leak was found. Prints every',
    'step of the path with its mark and the reason for it, the parts of one leaked object, the classes that came with',
    'it, the evidence, and the allocation stack where it was recorded.',
  ],
  options: SEARCH,
  optionHelp: SEARCH_HELP,
  examples: ['heaphound explain 3f6a a.heapsnapshot b.heapsnapshot c.heapsnapshot'],
  operands: { least: 2, most: Infinity, wanted: 'a FINGERPRINT and two FILEs or more, or a DIR' },
  filesOf: (operands) => operands.slice(1),
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const {
    operands: [fingerprint, ...files],
    options,
    output,
    terminal,
  } = context;
  const document = await searchLeaks(context, files, undefined, fingerprint);
  const fitting = document.leaks.filter((leak) => leak.fingerprint.startsWith(fingerprint));
  const [leak] = fitting;
  if (fitting.length !== 1) {
    const found = (fitting.length > 0 ? fitting : document.leaks).map((one) => one.fingerprint).join(', ');
    const what = fitting.length > 0 ? 'more than one leak' : 'no leak';
    throw new UsageError(
      `${what} in these snapshots has the fingerprint '${fingerprint}'; ${found ? `those found: ${found}` : 'there is no leak at all'}`,
    );
  }
  if (options.json)
    return output.json({ snapshots: document.snapshots, order: document.order, comparison: document.comparison, leak });
  const lines = explainLeak(document, leak, { files, flags: flagsOf(options), terminal });
  return output.lines(isGithub() ? withoutCommands(lines) : lines);
}
