'use strict';

// Where a snapshot goes, and what the file is called.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { compactTime } = require('../compact-time');
const { toError, optionError } = require('../errors');
const { oneOf } = require('../options');

/** @typedef {'zstd' | 'gzip' | 'none'} Compression */

/** @type {Record<Compression, string>} */
const SUFFIXES = { zstd: '.zst', gzip: '.gz', none: '' };

/** Options that choose it. */
const PLACE = {
  path: filePath,
  dir: filePath,
  compression: oneOf(/** @type {Compression[]} */ (Object.keys(SUFFIXES))),
};

/**
 * The compression that the end of a path says.
 *
 * @param {string} file
 * @returns {Compression}
 */
function compressionOf(file) {
  const suffix = path.extname(file);
  const named = Object.entries(SUFFIXES).find(([, ending]) => ending !== '' && ending === suffix);
  return /** @type {Compression} */ (named?.[0] ?? 'none');
}

/** Files of this thread so far, for names that never repeat. */
let count = 0;
/** The directory of this thread's captures that have no other: made by the first of them. @type {string | undefined} */
let ownDirectory;

/** @param {{ path?: string, dir?: string, stream?: unknown }} options */
function checkPlace(options) {
  if (options.stream !== undefined && (options.path ?? options.dir) !== undefined)
    throw optionError('stream', 'cannot be used with path or dir');
  if (options.path !== undefined && options.dir !== undefined) throw optionError('dir', 'cannot be used with path');
}

/**
 * @param {{ path?: string, dir?: string }} options
 * @param {Compression} compression
 * @param {Date} now
 * @param {{ pid?: number, threadId: number }} whose heap it is
 * @returns {{ file: string, undo: () => void }} `undo` removes a directory that was made for nothing
 */
function choosePlace(options, compression, now, { pid, threadId }) {
  if (options.path !== undefined) return { file: options.path, undo: () => {} };
  count += 1;
  // The time comes first: names sort by it, also those of several processes.
  const name = `heaphound-${compactTime(now)}-${pid ?? 0}-${threadId}-${count}.heapsnapshot${SUFFIXES[compression]}`;
  if (options.dir !== undefined) return { file: path.join(options.dir, name), undo: () => {} };
  const { directory, undo } = privateDirectory();
  return { file: path.join(directory, name), undo };
}

function privateDirectory() {
  if (ownDirectory !== undefined && isOurs(ownDirectory)) return { directory: ownDirectory, undo: () => {} };
  const prefix = path.join(os.tmpdir(), 'heaphound-');
  let made = '';
  try {
    made = fs.mkdtempSync(prefix);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw toError(
      { code: 'HEAPHOUND_ERR_IO', message: `cannot make a directory in ${os.tmpdir()}: ${reason}` },
      new Error('at'),
    );
  }
  ownDirectory = made;
  const undo = () => {
    ownDirectory = undefined;
    try {
      fs.rmdirSync(made);
    } catch {
      // Another file is in it by now: it stays.
    }
  };
  return { directory: made, undo };
}

/**
 * Somebody may have removed the directory since, or put something else in its place.
 *
 * @param {string} directory
 */
function isOurs(directory) {
  const facts = fs.lstatSync(directory, { throwIfNoEntry: false });
  if (facts === undefined || !facts.isDirectory()) return false;
  return process.getuid === undefined || (facts.uid === process.getuid() && (facts.mode & 0o77) === 0);
}

/** @type {import('../options').Check<string>} */
function filePath(name, value) {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) throw optionError(name, 'must be a path');
  return path.resolve(value);
}

module.exports = { PLACE, SUFFIXES, checkPlace, choosePlace, compressionOf };
