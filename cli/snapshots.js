'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { identitiesOf } = require('./identities');
const { choose, identifier } = require('./options');
const { DASH, checkInput, checkOneInput } = require('./standard-streams');
const { STAGES } = require('../words/stages');
const { harmless, quoteForShell } = require('../words/text');
const { UsageError } = require('./usage');

/**
 * Sources of the files that a command line names; `-` is standard input.
 *
 * @param {string[]} files
 */
function sourcesOf(files) {
  checkOneInput(files);
  return files.map((file) => {
    if (file !== DASH) return file;
    checkInput();
    return process.stdin;
  });
}

/**
 * The options of the API for the options of the command line.
 *
 * @param {import('./main').Context} context
 * @returns {import('..').OpenOptions}
 */
function workOptions({ options, signal, progress, operands }) {
  return {
    signal,
    threads: options.threads,
    maxMemoryBytes: options['max-memory'],
    parity: options.strict ? 'devtools' : 'heaphound',
    sourceMaps: sourceMapsOf(options),
    identities: identitiesOf(options),
    onProgress: ({ stage, done, total, snapshot }) => {
      const file = operands[snapshot ?? 0];
      const name = file === undefined || file === '-' ? 'standard input' : harmless(path.basename(file));
      progress.update(`${STAGES[stage] ?? stage} ${name}`, total > 0 ? done / total : undefined);
    },
  };
}

/** Options of every command that compares snapshots. */
const COMPARISON = ['compare-by', 'order', 'allow'];

/**
 * The option of the API for `--source-maps` and `--no-source-maps`.
 *
 * @param {Record<string, any>} options
 * @returns {boolean | string}
 */
function sourceMapsOf({ 'source-maps': folder, 'no-source-maps': none }) {
  if (folder === undefined) return !none;
  if (none) throw new UsageError('--source-maps cannot be used with --no-source-maps');
  if (!isFolder(folder))
    throw new UsageError(`--source-maps must be a folder with source maps; ${harmless(folder)} is none`);
  return folder;
}

/** @param {string} folder */
function isFolder(folder) {
  return fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * The options of the API for them.
 *
 * @param {Record<string, any>} options
 * @returns {Pick<import('..').ComparisonOptions, 'compareBy' | 'order' | 'allow'>}
 */
function comparisonOptions({ 'compare-by': compareBy, order, allow }) {
  return {
    compareBy: compareBy === undefined ? undefined : choose(compareBy, ['auto', 'ids', 'structure'], 'compare-by'),
    order: order === undefined ? undefined : choose(order, ['auto', 'given'], 'order'),
    allow,
  };
}

/**
 * A comparison of a single file fails, with a hint.
 *
 * @param {string[]} files of a command that compares
 * @param {import('./commands').Command} [command]
 */
function checkSeveral(files, command) {
  const [file] = files;
  if (files.length > 1 || (file !== '-' && fs.statSync(file, { throwIfNoEntry: false })?.isDirectory())) return;
  throw new UsageError(
    `growth needs two snapshots or more, or a directory with them. What one can tell: heaphound suspects ${quoteForShell(file)} (what piles up in it); ` +
      'in its place summary (objects by class), dominators (what holds most memory), strings (text that is there twice), stats (code, strings, native memory)',
    { cause: command },
  );
}

/**
 * The range of ids of `--after-id` and `--up-to-id`.
 *
 * @param {Record<string, any>} options
 */
function idRangeOf(options) {
  const { 'after-id': after, 'up-to-id': upTo } = options;
  if (after === undefined && upTo === undefined) return undefined;
  return { after, upTo };
}

/**
 * Opens the one snapshot of a command, runs the question, and closes the snapshot in every case.
 *
 * @template T
 * @param {import('./main').Context} context
 * @param {(snapshot: import('..').Snapshot) => Promise<T>} ask
 * @returns {Promise<T>}
 */
async function withSnapshot(context, ask) {
  const [source] = sourcesOf(context.operands.slice(0, 1));
  const { openSnapshot } = require('..');
  const snapshot = await openSnapshot(source, workOptions(context));
  try {
    return await ask(snapshot);
  } finally {
    context.progress.stop();
    await snapshot.close();
  }
}

/**
 * The same for a command `FILE @ID`: the question is about that object.
 *
 * @template T
 * @param {import('./main').Context} context
 * @param {(snapshot: import('..').Snapshot, id: number) => Promise<T>} ask
 * @returns {Promise<T>}
 */
async function withObject(context, ask) {
  const id = identifier(context.operands[1], 'ID');
  return withSnapshot(context, (snapshot) => ask(snapshot, id));
}

module.exports = {
  COMPARISON,
  checkSeveral,
  comparisonOptions,
  sourcesOf,
  workOptions,
  withObject,
  withSnapshot,
  idRangeOf,
  sourceMapsOf,
};
