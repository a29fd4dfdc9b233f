'use strict';

const { spawn } = require('node:child_process');
const { identitiesOf } = require('../identities');
const { comparisonOptions, sourceMapsOf, COMPARISON } = require('../snapshots');
const { UsageError } = require('../usage');

/** Time to close what is open, before the process ends without it. */
const GRACE_MS = 10_000;
const MAX_PORT = 65_535;
/** Signals that end it. @type {NodeJS.Signals[]} */
const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Programs that open an address, without a shell. @type {Record<string, string[]>} */
const BROWSERS = { darwin: ['open'], win32: ['rundll32', 'url.dll,FileProtocolHandler'] };

/** @type {import('../commands').Command} */
module.exports = {
  name: 'view',
  synopsis: 'view [FILE…]',
  summary: 'a page in the browser: leaks, objects, classes, dominators, comparisons',
  description: [
    'Opens a page in the browser of this machine and prints its address. Of several snapshots it begins with the',
    'leaks, of one with what piles up in it. Frozen images and core dumps are opened as well. Without a FILE, drop',
    'some on the page. The server listens on 127.0.0.1 and admits whoever has the address; it ends with Ctrl-C.',
  ],
  options: ['port', 'no-open', 'no-recent', 'operations', ...COMPARISON],
  common: ['source-maps', 'no-source-maps', 'threads', 'max-memory', 'identity', 'color', 'no-color', 'help'],
  examples: ['heaphound view a.heapsnapshot b.heapsnapshot c.heapsnapshot', 'heaphound view core.1234 --no-open'],
  operands: { least: 0, most: Infinity, wanted: 'FILEs' },
  filesOf: (operands) => operands,
  graceMs: GRACE_MS,
  isEndedByUser: true,
  run,
};

/** @param {import('../main').Context} context */
async function run({ operands, options, output, progress }) {
  progress.stop();
  if (operands.includes('-')) throw new UsageError('view reads files: - is none', { cause: module.exports });
  if (options.port !== undefined && options.port > MAX_PORT)
    throw new UsageError(`--port must be ${MAX_PORT} at most, not '${options.port}'`);
  const ending = new AbortController();
  // Whoever ends it wants it to clear away.
  for (const name of ENDS) process.once(name, () => ending.abort());
  const { viewSnapshots } = require('../..');
  const viewer = await viewSnapshots(operands, {
    ...comparisonOptions(options),
    operations: options.operations,
    sourceMaps: sourceMapsOf(options),
    threads: options.threads,
    maxMemoryBytes: options['max-memory'],
    identities: identitiesOf(options),
    port: options.port,
    recent: !options['no-recent'],
    signal: ending.signal,
  });
  try {
    await output.write(`${viewer.url}\n`);
    await output.flush();
    if (!options['no-open'] && process.stdout.isTTY) openBrowser(viewer.oneTimeUrl());
    await viewer.closed;
  } finally {
    await viewer.close();
  }
}

/**
 * Other users of the machine can read the command line: the address works once. Where there is no browser, the printed
 * address is enough.
 *
 * @param {string} url
 */
function openBrowser(url) {
  const [program, ...before] = BROWSERS[process.platform] ?? ['xdg-open'];
  const browser = spawn(program, [...before, url], { stdio: 'ignore', detached: true });
  browser.on('error', () => {});
  browser.unref();
}
