'use strict';

// What is measured: heaphound and the peers that come from registries, each with the command that answers a question.

const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const PEERS = path.join(__dirname, 'peers');
const OURS = path.join(__dirname, '..', 'cli', 'main.js');
/** JavaScript tools hold the file as objects: without this V8 gives up at its default limit. */
const ROOM = '--max-old-space-size=12000';

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {string} version
 * @property {(file: string) => string[]} open Command that opens a file and adds it up by class, retained sizes
 *   included.
 * @property {(before: string, after: string) => string[]} [diff]
 * @property {boolean} [onlySmall] Leave it out for the large files: it takes minutes or more memory than the machine
 *   has.
 */

/** @returns {Tool[]} heaphound first. */
function tools() {
  const heapSnapshot = heapSnapshotCommand();
  return [
    {
      name: 'heaphound',
      version: require('../package.json').version,
      open: (file) => [process.execPath, OURS, 'summary', file],
      diff: (before, after) => [process.execPath, OURS, 'diff', before, after],
    },
    {
      name: '@heap-snapshot/tool',
      version: installed('@heap-snapshot/tool'),
      open: (file) => [...heapSnapshot, 'summary', file],
      diff: (before, after) => [...heapSnapshot, 'diff', after, before],
    },
    {
      name: 'v8-heap-parser',
      version: '1.1.0',
      open: (file) => [path.join(PEERS, 'v8-heap-parser', 'target', 'release', 'peer'), file],
    },
    {
      name: "heap-snapshot-toolkit (DevTools' worker)",
      version: installed('heap-snapshot-toolkit'),
      open: (file) => [process.execPath, ROOM, path.join(PEERS, 'toolkit.mjs'), file],
      diff: (before, after) => [process.execPath, ROOM, path.join(PEERS, 'toolkit.mjs'), before, after],
      onlySmall: true,
    },
    {
      name: 'MemLab',
      version: installed('@memlab/heap-analysis'),
      open: (file) => [process.execPath, ROOM, path.join(PEERS, 'memlab.js'), file],
      onlySmall: true,
    },
  ];
}

/**
 * The binary of the npm package needs a newer glibc than some systems have. `HEAP_SNAPSHOT_LIBRARIES` names a folder
 * with one: its loader then starts the binary.
 */
function heapSnapshotCommand() {
  const binary = path.join(
    __dirname,
    'node_modules',
    '@heap-snapshot',
    `${process.platform}-${process.arch}`,
    'heap-snapshot',
  );
  const libraries = process.env.HEAP_SNAPSHOT_LIBRARIES;
  if (libraries === undefined) return [binary];
  return [
    path.join(libraries, 'ld-linux-x86-64.so.2'),
    '--library-path',
    `${libraries}:/usr/lib/x86_64-linux-gnu`,
    binary,
  ];
}

function installed(name) {
  return JSON.parse(fs.readFileSync(path.join(__dirname, 'node_modules', name, 'package.json'), 'utf8')).version;
}

/** Installs and builds the peers where that has not been done. */
function prepare() {
  // Their install scripts download browsers; nothing here needs one.
  if (!fs.existsSync(path.join(__dirname, 'node_modules')))
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], __dirname);
  run('cargo', ['build', '--release', '--locked', '--quiet'], path.join(PEERS, 'v8-heap-parser'));
}

function run(command, args, directory) {
  const { status, error } = spawnSync(command, args, { cwd: directory, stdio: 'inherit' });
  if (error || status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? `exit code ${status}`}`);
}

module.exports = { tools, prepare, run };
