'use strict';

const fs = require('node:fs');
const { size } = require('../../words/numbers');
const { harmless } = require('../../words/text');
const { UsageError } = require('../usage');

/** @type {import('../commands').Command} */
module.exports = {
  name: 'decrypt',
  synopsis: 'decrypt IN OUT --identity FILE',
  summary: 'read a snapshot that a store encrypted',
  description: [
    'Decrypts IN, which a store with `encryptTo` has written, into the new private file OUT. It is the age format: `age -d -i FILE -o OUT IN` does the',
    'same. Needs the package age-encryption.',
  ],
  options: ['identity'],
  common: ['json', 'color', 'no-color', 'help'],
  examples: ['heaphound decrypt app.heapsnapshot.zst.age app.heapsnapshot.zst --identity key.txt'],
  operands: { least: 2, most: 2, wanted: 'IN and OUT' },
  run,
};

/** @param {import('../main').Context} context */
async function run({ operands: [source, target], options, output, signal }) {
  if (options.identity === undefined) throw new UsageError('decrypt needs --identity');
  const { decryptSnapshot } = require('../..');
  const result = await decryptSnapshot(source === '-' ? process.stdin : source, target, { identities: readIdentities(options.identity), signal });
  if (options.json) return output.json(result);
  await output.write(`${harmless(target)}: ${size(result.storedBytes)}\n`);
}

/** @param {string} file */
function readIdentities(file) {
  try {
    return fs.readFileSync(file, 'utf8').split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    throw new UsageError(`--identity cannot be read: ${/** @type {Error} */ (error).message}`);
  }
}
