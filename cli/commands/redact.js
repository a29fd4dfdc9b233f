'use strict';

const { count, size } = require('../../words/numbers');
const { identitiesOf } = require('../identities');
const { readKey } = require('../redaction');
const { sourcesOf } = require('../snapshots');
const { besideFile, withOutputFile } = require('../standard-streams');
const { harmless } = require('../../words/text');

/** @type {import('../commands').Command} */
module.exports = {
  name: 'redact',
  synopsis: 'redact IN OUT',
  summary: 'copy a snapshot without the contents of its strings',
  description: [
    'Writes the snapshot IN to the new file OUT, with a placeholder for every content: strings, numbers, regular',
    'expressions, sources. Names of classes, properties, variables, functions and files stay, so that leaks are found',
    'as before. Equal contents have equal placeholders. The end of the name OUT decides its compression: .gz, .zst,',
    'or none. IN and OUT may be - for standard input and output.',
  ],
  options: ['key-file', 'identity'],
  common: ['json', 'color', 'no-color', 'help'],
  examples: [
    'heaphound redact app.heapsnapshot for-the-vendor.heapsnapshot.zst',
    'heaphound redact a.heapsnapshot.zst a-redacted.heapsnapshot.zst --key-file secret.key',
  ],
  filesOf: (operands) => operands.slice(0, 1),
  operands: { least: 2, most: 2, wanted: 'IN and OUT' },
  run,
};

/** @param {import('../main').Context} context */
async function run({ operands, options, output, progress, signal }) {
  const [source] = sourcesOf(operands.slice(0, 1));
  const key = options['key-file'] === undefined ? undefined : readKey(options['key-file']);
  const identities = identitiesOf(options);
  const { redactSnapshot } = require('../..');
  const result = await withOutputFile(operands[1], (target) =>
    redactSnapshot(source, target, {
      signal,
      key,
      identities,
      onProgress: ({ done, total }) => progress.update('redacting', total > 0 ? done / total : undefined),
    }),
  );
  progress.stop();
  const beside = besideFile(operands[1], output);
  const { redactedCount, stringCount, storedBytes } = result;
  if (options.json) await beside.json(result);
  else
    await beside.write(
      `${harmless(operands[1])}: ${size(storedBytes)}, ${count(redactedCount)} of ${count(stringCount)} texts replaced\n`,
    );
  await beside.flush();
}
