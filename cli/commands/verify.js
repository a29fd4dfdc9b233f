'use strict';

const { CANNOT_TELL } = require('../leaks/report');
const { SEARCH, SEARCH_HELP, flagsOf, rootOf, searchOptions } = require('../leaks/search');
const { tellVerified, verifiedAsMarkdown } = require('../leaks/verified');
const { checkSeveral, sourcesOf } = require('../snapshots');
const { UsageError } = require('../usage');

/** Exit code for a leak that is left, moved or new. */
const LEFT = 1;

/** @type {import('../commands').Command} */
module.exports = {
  name: 'verify',
  synopsis: 'verify --before A B C --after D E F',
  summary: 'whether leaks are gone: a series before the fix, and one after it',
  description: [
    'Finds the leaks of two series of snapshots, before a fix and after it, with the same work in both. Of each leak of',
    'the first series it says whether it is gone, smaller, the same, larger or moved, and what is new. Leaks are matched',
    'by fingerprint, so the program may have restarted. A directory stands for the snapshots in it. Ends with exit code',
    '0 when all are gone, with 1 when one is left, moved or new, and with 4 when the second series cannot tell: it has',
    'fewer than three snapshots, too much growth without an explanation, or no sign of the same work.',
  ],
  options: ['before', 'after', 'all', ...SEARCH, 'markdown'],
  optionHelp: {
    ...SEARCH_HELP,
    operations: 'operations between two snapshots of either series: rates are those of one operation',
    limit: 'leaks of the second series to print at length (default 1)',
  },
  examples: [
    'heaphound verify --before heaps --after repaired',
    'heaphound verify --before a.heapsnapshot b.heapsnapshot c.heapsnapshot --after d.heapsnapshot e.heapsnapshot f.heapsnapshot',
  ],
  operands: { least: 0, most: 0, wanted: 'its files behind --before and --after' },
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { options, output, terminal } = context;
  const { before = [], after = [] } = options;
  if (options.json && options.markdown) throw new UsageError('--json and --markdown cannot both be printed');
  for (const [name, files] of Object.entries({ before, after })) {
    if (files.length === 0) throw new UsageError(`heaphound verify needs --${name} FILE…`, { cause: module.exports });
    checkSeveral(files, module.exports);
  }
  const { verifyFix } = require('../..');
  const sources = sourcesOf([...before, ...after]);
  const document = await verifyFix(
    { before: sources.slice(0, before.length), after: sources.slice(before.length) },
    searchOptions({ ...context, operands: [...before, ...after] }),
  );
  context.progress.stop();
  if (options.json) await output.json(document);
  else if (options.markdown) await output.lines(verifiedAsMarkdown(document, { root: rootOf(options) }));
  else {
    const limit = options.limit ?? (options.all ? document.after.leaks.length : 1);
    await output.lines(
      tellVerified(document, { files: after, flags: flagsOf(options), limit, all: options.all, terminal }),
    );
  }
  return { gone: 0, left: LEFT, unknown: CANNOT_TELL }[document.verdict];
}
