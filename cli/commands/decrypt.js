'use strict';

const { size } = require('../../words/numbers');
const { readIdentities } = require('../identities');
const { sourcesOf } = require('../snapshots');
const { besideFile, withOutputFile } = require('../standard-streams');
const { harmless } = require('../../words/text');
const { UsageError } = require('../usage');

/** @type {import('../commands').Command} */
module.exports = {
  name: 'decrypt',
  synopsis: 'decrypt IN OUT --identity FILE',
  summary: 'read a snapshot that a store encrypted',
  description: [
    'Decrypts IN, a snapshot or an image that was encrypted, into the new private file OUT. `age -d -i FILE -o OUT IN` does',
    'the same. IN, OUT and FILE may be - for standard input and output. Needs the package age-encryption.',
  ],
  options: ['identity'],
  common: ['json', 'color', 'no-color', 'help'],
  examples: ['heaphound decrypt app.heapsnapshot.zst.age app.heapsnapshot.zst --identity key.txt'],
  filesOf: (operands) => operands.slice(0, 1),
  operands: { least: 2, most: 2, wanted: 'IN and OUT' },
  run,
};

/** @param {import('../main').Context} context */
async function run({ operands: [source, target], options, output, signal }) {
  if (options.identity === undefined) throw new UsageError('decrypt needs --identity');
  const { decryptSnapshot } = require('../..');
  const identities = readIdentities(options.identity);
  const [from] = sourcesOf([source]);
  const result = await withOutputFile(target, (file) => decryptSnapshot(from, file, { identities, signal }));
  const beside = besideFile(target, output);
  if (options.json) await beside.json(result);
  else await beside.write(`${harmless(target)}: ${size(result.storedBytes)}\n`);
  await beside.flush();
}
