'use strict';

const { counted, size } = require('../../words/numbers');
const { harmless } = require('../../words/text');
const { readIdentities } = require('../identities');
const { choose } = require('../options');
const { redaction } = require('../redaction');
const { DASH } = require('../standard-streams');
const { UsageError } = require('../usage');

const CODECS = /** @type {const} */ (['zstd', 'gzip', 'none']);

/** @type {import('../commands').Command} */
module.exports = {
  name: 'thaw',
  synopsis: 'thaw IMAGE --out FILE',
  summary: 'make a snapshot of a frozen image',
  description: [
    'Makes the new private snapshot FILE of IMAGE, which heaphound freeze or captureSnapshot({ mode: "freeze" }) has',
    'written. The memory comes back in a process of its own, and V8 writes the snapshot there: it takes the memory and',
    'the time that the app was spared. Linux on x86-64, on a processor that has what the one of the image had. The code in the',
    'image runs, and can reach neither files nor the network. The end of the name FILE decides its compression: .gz,',
    '.zst, or none.',
  ],
  options: ['out', 'identity', 'previous', 'compress', 'redact', 'key-file', 'max-bytes', 'timeout'],
  common: ['json', 'color', 'no-color', 'help'],
  optionHelp: {
    out: 'the new file, not a directory',
    compress: 'zstd, gzip or none (default: what the end of FILE says)',
  },
  examples: [
    'heaphound thaw app.frozen --out app.heapsnapshot.zst',
    'heaphound thaw b.frozen --out b.heapsnapshot --previous a.heapsnapshot',
    'heaphound thaw app.frozen --out app.heapsnapshot.zst --redact',
    'heaphound thaw app.frozen.age --out app.heapsnapshot.zst --identity key.txt',
  ],
  filesOf: (operands) => operands.slice(0, 1),
  operands: { least: 1, most: 1, wanted: 'one IMAGE' },
  run,
};

/** @param {import('../main').Context} context */
async function run({ operands: [image], options, output, progress, signal }) {
  const { out, identity, compress, timeout: timeoutMs } = options;
  if (out === undefined) throw new UsageError('thaw needs --out', { cause: module.exports });
  if (out === DASH || image === DASH)
    throw new UsageError('thaw reads a file and makes a file, not -', { cause: module.exports });
  const { thawImage } = require('../..');
  const result = await thawImage(image, {
    path: out,
    identities: identity === undefined ? undefined : readIdentities(identity),
    compression: compress === undefined ? undefined : choose(compress, CODECS, 'compress'),
    previous: options.previous,
    ...redaction(options),
    maxBytes: options['max-bytes'],
    timeoutMs,
    signal,
    onProgress: ({ stage, done, total }) =>
      progress.update(
        stage === 'writing' ? (done > 0 ? `${size(done)} written` : 'V8 builds the snapshot') : 'thawing',
        total > 0 ? done / total : undefined,
      ),
  });
  progress.stop();
  if (options.json) return output.json(result);
  const { path, storedBytes, nodeCount, node, pid, startedAt, idSpaceReason } = result;
  await output.lines([
    `${harmless(path)}: ${size(storedBytes)}, ${counted(nodeCount, 'node')}`,
    `process ${pid} with Node.js ${harmless(node)}, frozen at ${harmless(startedAt)}`,
    ...(options.previous !== undefined && idSpaceReason !== undefined
      ? [`its ids do not go on from ${harmless(options.previous)}: ${harmless(idSpaceReason)}`]
      : []),
  ]);
}
