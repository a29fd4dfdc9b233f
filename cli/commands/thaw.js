'use strict';

const { counted, size } = require('../../words/numbers');
const { harmless } = require('../../words/text');
const { identitiesOf } = require('../identities');
const { choose } = require('../options');
const { redaction } = require('../redaction');
const { DASH } = require('../standard-streams');
const { UsageError } = require('../usage');

const CODECS = /** @type {const} */ (['zstd', 'gzip', 'none']);

/** @type {import('../commands').Command} */
module.exports = {
  name: 'thaw',
  synopsis: 'thaw IMAGE --out FILE | --eval CODE',
  summary: 'make a snapshot of a frozen image or a core dump, or run JavaScript in it',
  description: [
    'Makes the new private snapshot FILE of IMAGE, which heaphound freeze or captureSnapshot({ mode: "freeze" }) has',
    'written. The memory comes back in a process of its own, and V8 writes the snapshot there: it takes the memory and',
    'the time that the app was spared. Linux on x86-64, on a processor that has what the one of the image had. The code in the',
    'image runs, and can reach neither files nor the network. The end of the name FILE decides its compression: .gz,',
    '.zst, or none.',
    'With --eval it runs CODE in the process as it was frozen, and prints the value. CODE may use globals, variables of',
    'modules, require() of modules that were loaded, and instances("Class"). Nothing moves there: no promise settles, no',
    'timer fires. It has a minute (--timeout), and 1 GB of memory beside that of the process. IMAGE may be a core dump of',
    'a process that died, also one packed by zstd, gzip or LZ4.',
  ],
  options: [
    'out',
    'eval',
    'identity',
    'previous',
    'compress',
    'redact',
    'key-file',
    'max-bytes',
    'timeout',
    'files',
    'thread',
  ],
  common: ['json', 'color', 'no-color', 'help'],
  optionHelp: {
    out: 'the new file, not a directory',
    compress: 'zstd, gzip or none (default: what the end of FILE says)',
  },
  examples: [
    'heaphound thaw app.frozen --out app.heapsnapshot.zst',
    'heaphound thaw core.4711 --out app.heapsnapshot.zst --files container',
    'heaphound thaw b.frozen --out b.heapsnapshot --previous a.heapsnapshot',
    'heaphound thaw app.frozen --out app.heapsnapshot.zst --redact',
    'heaphound thaw app.frozen.age --out app.heapsnapshot.zst --identity key.txt',
    "heaphound thaw app.frozen --eval 'sessions.size'",
  ],
  filesOf: (operands) => operands.slice(0, 1),
  operands: { least: 1, most: 1, wanted: 'one IMAGE' },
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { operands, options, output, progress, signal } = context;
  const [image] = operands;
  const { out, compress, timeout: timeoutMs } = options;
  if (options.eval !== undefined) return printAnswer(context);
  if (out === undefined) throw new UsageError('thaw needs --out or --eval', { cause: module.exports });
  if (out === DASH || image === DASH)
    throw new UsageError('thaw reads a file and makes a file, not -', { cause: module.exports });
  const { thawImage } = require('../..');
  const result = await thawImage(image, {
    path: out,
    identities: identitiesOf(options),
    compression: compress === undefined ? undefined : choose(compress, CODECS, 'compress'),
    previous: options.previous,
    ...redaction(options),
    maxBytes: options['max-bytes'],
    files: options.files,
    thread: options.thread,
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
  const { path, storedBytes, nodeCount, node, pid, startedAt, idSpaceReason, death, osThread } = result;
  const whose = osThread === undefined || osThread === pid ? '' : `, heap of its thread ${osThread}`;
  const what = osThread === undefined ? 'frozen at' : `${death ?? 'alive'}, core dump of`;
  await output.lines([
    `${harmless(path)}: ${size(storedBytes)}, ${counted(nodeCount, 'node')}`,
    `process ${pid} with Node.js ${harmless(node)}, ${what} ${harmless(startedAt)}${whose}`,
    ...(options.previous !== undefined && idSpaceReason !== undefined
      ? [`its ids do not go on from ${harmless(options.previous)}: ${harmless(idSpaceReason)}`]
      : []),
  ]);
}

/** Options that make a snapshot, and have no meaning for an answer. */
const OF_SNAPSHOTS = ['out', 'previous', 'compress', 'redact', 'key-file', 'max-bytes'];

/** @param {import('../main').Context} context */
async function printAnswer({ operands: [image], options, output, progress, signal }) {
  const other = OF_SNAPSHOTS.find((name) => options[name] !== undefined);
  if (other)
    throw new UsageError(`--eval makes no snapshot: it cannot be used with --${other}`, { cause: module.exports });
  if (image === DASH) throw new UsageError('thaw reads a file, not -', { cause: module.exports });
  const { evaluateInImage } = require('../..');
  const answer = await evaluateInImage(image, options.eval, {
    identities: identitiesOf(options),
    files: options.files,
    thread: options.thread,
    timeoutMs: options.timeout,
    signal,
    onProgress: ({ stage, done, total }) =>
      progress.update(stage === 'writing' ? 'the code runs' : 'thawing', total > 0 ? done / total : undefined),
  });
  progress.stop();
  if (options.json) return output.json(answer);
  const { text, isCut, variables } = answer;
  await output.lines(text.split('\n').map((line) => harmless(line)));
  if (isCut) await output.lines([`… cut after ${counted(text.length, 'character')}`]);
  await output.lines(variables.map(({ name, file }) => `(${harmless(name)} is the variable of ${harmless(file)})`));
}
