'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { count, counted, size } = require('../../words/numbers');
const { choose } = require('../options');
const { drawTable } = require('../table');
const { redaction } = require('../redaction');
const { DASH, besideFile, withOutputFile } = require('../standard-streams');
const { harmless } = require('../../words/text');
const { UsageError } = require('../usage');

const CODECS = /** @type {const} */ (['zstd', 'gzip', 'none']);
/** Default time between the snapshots of a series. */
const INTERVAL_MS = 30_000;
/** @type {Record<string, typeof CODECS[number]>} */
const ENDINGS = { '.zst': 'zstd', '.gz': 'gzip', '.heapsnapshot': 'none' };

/** @type {import('../table').Column[]} */
const WORKER_COLUMNS = [
  { title: 'Worker', cell: (row) => String(row.threadId), align: 'right' },
  { title: 'Name', cell: (row) => harmless(row.name) },
  { title: 'Script', cell: (row) => harmless(row.url) },
];

/** @type {import('../commands').Command} */
module.exports = {
  name: 'capture',
  // The connection stays open while the other process writes (`lib/capture/inspector/capture-from.js`).
  graceMs: 60_000,
  synopsis: 'capture (--pid PID | --inspect URL|PORT)',
  summary: 'take a snapshot of another process',
  description: [
    'Takes a snapshot of a running process (Node.js, Deno, a page of Chromium) by its inspector, into a new private',
    'file. The process stands still until V8 has written the snapshot. --pid opens a closed inspector by SIGUSR1 and',
    'closes it again. While it is open, every user of that machine can connect to its loopback and run code in the',
    'process. Before the capture, the free memory of the process and the free disk are checked.',
  ],
  options: [
    'inspect',
    'pid',
    'out',
    'compress',
    'worker',
    'list',
    'count',
    'interval',
    'redact',
    'key-file',
    'keep-ids',
    'max-bytes',
    'max-pause',
    'timeout',
    'force',
  ],
  common: ['json', 'color', 'no-color', 'help'],
  examples: [
    'heaphound capture --pid 4711 --out heaps/',
    'heaphound capture --inspect 127.0.0.1:9229 --out app.heapsnapshot',
    'heaphound capture --pid 4711 --count 3 --interval 5min --out heaps/',
    'heaphound capture --pid 4711 --worker 2',
  ],
  operands: { least: 0, most: 0, wanted: 'no operands: name the process by --pid or --inspect' },
  run,
};

/** @param {import('../main').Context} context */
async function run({ options, output, terminal, progress, signal }) {
  const { inspect, pid, timeout: timeoutMs } = options;
  if ((inspect === undefined) === (pid === undefined))
    throw new UsageError('name one process: --pid PID or --inspect URL|PORT');
  const { listWorkers } = require('../..');
  if (options.list) {
    const workers = await listWorkers({ inspect, pid, signal, timeoutMs });
    progress.stop();
    if (options.json) return output.json({ workers });
    return output.lines(
      workers.length === 0 ? ['The process has no worker threads.'] : drawTable(WORKER_COLUMNS, workers, terminal),
    );
  }
  if (options['keep-ids'])
    console.error(
      'note: --keep-ids has no effect, V8 forgets ids when a session of the inspector ends; --count takes several snapshots in one session',
    );
  if (options.out === DASH && (options.count ?? 1) > 1)
    throw new UsageError('--out - is one file; name a directory for several', { cause: module.exports });
  const beside = besideFile(options.out, output);
  if (options.count === undefined && options.interval !== undefined)
    throw new UsageError('--interval needs --count', { cause: module.exports });
  const what = {
    inspect,
    pid,
    signal,
    timeoutMs,
    ...place(options),
    worker: options.worker,
    ...redaction(options),
    maxBytes: options['max-bytes'],
    maxPauseMs: options['max-pause'],
    checkHeadroom: !options.force,
    /** @type {(progress: import('../..').Progress) => void} */
    onProgress: ({ stage, done, total }) => {
      progress.update(
        stage === 'writing' ? `${size(done)} written` : 'the process builds its snapshot',
        total > 0 ? done / total : undefined,
      );
    },
  };
  /** @type {import('../..').CaptureFromResult[]} */
  const results = [];
  for await (const result of series(what, options.count ?? 1, options.interval)) {
    progress.stop();
    results.push(result);
    if (options.json) continue;
    await beside.lines(linesOf(result, options.out, terminal));
    // While the user waits for the next snapshot, the facts of this one are printed.
    await beside.flush();
  }
  // The inspector is closed only now.
  const [first] = results;
  if (!options.json && first !== undefined) await beside.write(`${inspectorSentence(first)}\n`);
  if (options.json) await beside.json(options.count === undefined ? results[0] : { snapshots: results });
  await beside.flush();
}

/**
 * @param {import('../..').CaptureFromOptions} what
 * @param {number} number of snapshots
 * @param {number} [intervalMs]
 * @returns {AsyncGenerator<import('../..').CaptureFromResult>}
 */
async function* series(what, number, intervalMs = INTERVAL_MS) {
  const { captureFrom, captureSeriesFrom } = require('../..');
  const { path: target } = what;
  if (target === DASH)
    yield { ...(await withOutputFile(target, (file) => captureFrom({ ...what, path: file }))), path: target };
  else if (number === 1) yield await captureFrom(what);
  else yield* captureSeriesFrom({ ...what, count: number, intervalMs });
}

/**
 * @param {import('../..').CaptureFromResult} result
 * @param {string | undefined} out as the user named it
 * @param {import('../terminal').Terminal} terminal
 */
function linesOf(
  { path: file, storedBytes, nodeCount, rawBytes, pauseMs, runtime, runtimeVersion, pid, threadId },
  out,
  terminal,
) {
  const who = pid === undefined ? '' : `; process ${pid}${threadId === 0 ? '' : `, worker ${threadId}`}`;
  return [
    terminal.style('bold', out === DASH ? 'standard output' : harmless(shortest(file))),
    `${size(storedBytes)} (${size(rawBytes)} unpacked), ${counted(nodeCount, 'object')}${who}, ${runtime} ${harmless(runtimeVersion)}`,
    `The process was busy for ${count(Math.round(pauseMs))} ms.`,
  ];
}

/** @param {import('../..').CaptureFromResult} result */
function inspectorSentence({ inspector }) {
  return `Its inspector ${inspector === 'was open' ? 'was open before' : 'was opened, and closed again'}.`;
}

/** @param {string} file */
function shortest(file) {
  const relative = path.relative('', file);
  return relative.startsWith('..') ? file : relative;
}

/**
 * A name that ends like a directory is one, and is made when it is missing: `--out heaps/`.
 *
 * @param {string} out
 */
function isDirectory(out) {
  if (!/[\\/]$/.test(out)) return fs.statSync(out, { throwIfNoEntry: false })?.isDirectory() === true;
  try {
    fs.mkdirSync(out, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UsageError(
      `--out ${out} is no directory, and cannot be made one: ${/** @type {NodeJS.ErrnoException} */ (error).code}`,
    );
  }
  return true;
}

/** @param {Record<string, any>} options */
function place({ out = '.', compress }) {
  const chosen = compress === undefined ? undefined : choose(compress, CODECS, 'compress');
  if (out === DASH) return { path: out, compression: chosen };
  if (isDirectory(out)) return { dir: out, compression: chosen };
  return { path: out, compression: chosen ?? ENDINGS[path.extname(out)] };
}
