'use strict';

const { count, counted, size } = require('../../words/numbers');
const { harmless } = require('../../words/text');
const { DASH } = require('../standard-streams');
const { UsageError } = require('../usage');

/** @type {import('../commands').Command} */
module.exports = {
  name: 'freeze',
  synopsis: 'freeze --pid PID --out FILE',
  summary: 'freeze another process into an image, which stops it for milliseconds only',
  description: [
    'Makes the new private image FILE of a running process of Node.js, which needs no preparation: no addon, no',
    'inspector, no signal. ptrace stops it while its main thread waits for events, for the time of a fork; the memory of',
    'a copy is written while it goes on. Needs the same user with ptrace_scope 0, or CAP_SYS_PTRACE. The image is the',
    'whole memory of the process, with all secrets in it: with --recipient it is encrypted before it reaches the disk.',
    'The text of Node.js is not in it: thaw finds the same program, or is given it by --files. Linux with glibc on',
    'x86-64.',
  ],
  options: ['pid', 'out', 'recipient', 'self-contained', 'rest', 'max-bytes', 'timeout'],
  common: ['json', 'color', 'no-color', 'help'],
  optionHelp: { pid: 'the process', out: 'the new file, not a directory' },
  examples: [
    'heaphound freeze --pid 4711 --out app.frozen',
    'heaphound freeze --pid 4711 --out app.frozen.age --recipient "$(age-keygen -y key.txt)"',
  ],
  operands: { least: 0, most: 0, wanted: 'no operands: name the process by --pid' },
  run,
};

/** @param {import('../main').Context} context */
async function run({ options, output, progress, signal }) {
  const { pid, out, rest: restMs, timeout: timeoutMs } = options;
  if (pid === undefined || out === undefined)
    throw new UsageError('freeze needs --pid and --out', { cause: module.exports });
  if (out === DASH) throw new UsageError('freeze makes a file, not -', { cause: module.exports });
  const { freezeProcess } = require('../..');
  const result = await freezeProcess(pid, {
    path: out,
    encryptTo: options.recipient,
    selfContained: options['self-contained'],
    restMs,
    maxBytes: options['max-bytes'],
    timeoutMs,
    signal,
    onProgress: ({ stage, done }) =>
      progress.update(stage === 'writing' ? `${size(done)} written` : 'waiting until its main thread is at rest'),
  });
  progress.stop();
  if (options.json) return output.json(result);
  const { path, storedBytes, rawBytes, threads, node, pauseMs, encrypted } = result;
  await output.lines([
    `${harmless(path)}: ${size(storedBytes)} (${size(rawBytes)} unpacked${encrypted ? ', encrypted' : ''}), ${counted(threads, 'thread')}`,
    `process ${pid} with Node.js ${harmless(node)}; it stood still for ${count(Math.ceil(pauseMs))} ms`,
  ]);
}
