'use strict';

const path = require('node:path');
const { counted, size } = require('../../words/numbers');
const { harmless } = require('../../words/text');
const { sourcesOf, workOptions } = require('../snapshots');
const { besideFile, withOutputFile } = require('../standard-streams');
const { UsageError } = require('../usage');

/** Of what the stacks of each kind consist. */
const WHAT = { retained: 'stack', leaks: 'leak', allocations: 'function' };

/** @type {import('../commands').Command} */
module.exports = {
  name: 'export',
  synopsis: 'export --pprof FILE…',
  summary: 'a profile for pprof, speedscope and other programs',
  description: [
    'Writes a profile that `go tool pprof`, speedscope and other programs open. Of one FILE: the dominator tree by',
    'class, in which the cumulative value of a class is its retained size. Of several: the leaks, by the path that',
    'holds them, with the objects and bytes that they gained. With --allocations: the functions that allocated, where',
    'the snapshot has recorded them.',
  ],
  options: ['pprof', 'allocations', 'out'],
  optionHelp: { out: 'the new file, or - for standard output (default: NAME.pb.gz here)' },
  examples: [
    'heaphound export --pprof app.heapsnapshot --out app.pb.gz',
    'heaphound export --pprof a.heapsnapshot b.heapsnapshot c.heapsnapshot --out leaks.pb.gz',
    'go tool pprof -http=: app.pb.gz',
  ],
  operands: { least: 1, most: Infinity, wanted: 'FILEs' },
  filesOf: (operands) => operands,
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { operands, options, output, progress } = context;
  if (!options.pprof) throw new UsageError('export needs a format: --pprof', { cause: module.exports });
  const target = options.out ?? `${plainName(operands[0])}.pb.gz`;
  const { exportProfile } = require('../..');
  const allocations = options.allocations === true;
  const sources = sourcesOf(operands);
  const { profile, ...facts } = await withOutputFile(target, (out) =>
    exportProfile(sources, { ...workOptions(context), allocations, out }),
  );
  progress.stop();
  const beside = besideFile(target, output);
  if (options.json) await beside.json({ file: target, storedBytes: profile.length, ...facts });
  else
    await beside.lines([
      `${harmless(target)}: ${size(profile.length)}, ${counted(facts.sampleCount, WHAT[facts.kind])}`,
    ]);
  if (!options.json && facts.kind === 'leaks' && facts.sampleCount === 0)
    await beside.lines([
      facts.verdict === 'none'
        ? 'Nothing leaks: the profile is empty.'
        : 'No leak was found, and some growth has no explanation: the profile is empty. See heaphound leaks.',
    ]);
  await beside.flush();
}

/**
 * The name of the file without its endings.
 *
 * @param {string} file
 */
function plainName(file) {
  const name = path.basename(file === '-' ? 'heap' : path.resolve(file));
  return name.replace(/\.(?:heapsnapshot|heaptimeline|frozen|core)(?:\.\w+)*$/, '') || 'heap';
}
