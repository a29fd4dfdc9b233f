'use strict';

const { counted, size } = require('../../words/numbers');
const { choose } = require('../options');
const { redaction } = require('../redaction');
const { DASH } = require('../standard-streams');
const { harmless, toJson } = require('../../words/text');
const { UsageError } = require('../usage');

const CODECS = /** @type {const} */ (['zstd', 'gzip', 'none']);
/** The exit code for bad input. */
const NOT_ALL = 3;

/** @type {import('../commands').Command} */
module.exports = {
  name: 'watch-dir',
  synopsis: 'watch-dir DIR',
  summary: 'pack the snapshots that Node.js writes into a directory',
  description: [
    'Waits for snapshots that Node.js writes into DIR by itself (--heapsnapshot-signal,',
    '--heapsnapshot-near-heap-limit and --heap-snapshot-on-oom, with --diagnostic-dir=DIR). Turns each whole one into',
    'a private, compressed, verified file, and removes the original. A file that a killed process left unfinished is',
    'reported, and stays.',
  ],
  options: ['out', 'compress', 'redact', 'key-file', 'keep', 'once'],
  optionHelp: { out: 'the directory for the packed files (default: DIR)', compress: 'zstd (default), gzip or none' },
  common: ['json', 'color', 'no-color', 'help'],
  examples: [
    'node --heapsnapshot-near-heap-limit=2 --diagnostic-dir=heaps app.js & heaphound watch-dir heaps',
    'heaphound watch-dir heaps --once --json',
  ],
  operands: { least: 1, most: 1, wanted: 'one DIR' },
  run,
};

/** @param {import('../main').Context} context */
async function run({ operands, options, output, progress, signal }) {
  progress.stop();
  // Several files cannot go to one stream, and a directory cannot come from one.
  if (options.out === DASH || operands[0] === DASH)
    throw new UsageError('watch-dir works on directories: - is none', { cause: module.exports });
  const { collectSnapshots } = require('../..');
  const compression = options.compress && choose(options.compress, CODECS, 'compress');
  let code = 0;
  for await (const found of collectSnapshots(operands[0], {
    out: options.out,
    compression,
    ...redaction(options),
    keep: options.keep,
    once: options.once,
    signal,
  })) {
    if (found.event !== 'stored') code = NOT_ALL;
    await output.write(`${options.json ? toJson(found) : tell(found)}\n`);
    await output.flush();
    if (output.isClosed) break;
  }
  return code;
}

/** @param {import('../..').CollectedSnapshot} found */
function tell({ event, file, path, rawBytes = 0, storedBytes = 0, nodeCount, removed, message = '' }) {
  if (event !== 'stored')
    return harmless(`${file}: ${event === 'incomplete' ? 'not whole' : 'not stored'}: ${message}`);
  const objects = nodeCount === undefined ? '' : `, ${counted(nodeCount, 'object')}`;
  return harmless(
    `${path}: ${size(storedBytes)} (${size(rawBytes)} unpacked)${objects}${removed ? '' : '; the original stays'}`,
  );
}
