'use strict';

// The leaks that a project knows and lives with, in a file that is kept beside the code and read in review.

const path = require('node:path');
const { writeWhole } = require('../whole-file');
const { DASH, readInput } = require('../standard-streams');
const { printLocation } = require('../../words/location');
const { holder, nameOf, placeOf } = require('../../words/leak-sentences');
const { toJson } = require('../../words/text');
const { UsageError } = require('../usage');

const VERSION = 1;

/**
 * Of the fields only the fingerprint is compared; the others are for people. A note is kept.
 *
 * @typedef {{ fingerprint: string, className?: string, container?: string, place?: string, kind?: string, note?: string
 *   }} Entry
 */

/**
 * @param {string} file
 * @returns {Entry[] | undefined} undefined when there is no file
 */
function readBaseline(file) {
  let text;
  try {
    text = readInput(file).toString('utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return undefined;
    throw baselineError(`${file} cannot be read: ${/** @type {Error} */ (error).message}`);
  }
  let document;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw baselineError(
      `${file} is no JSON: ${/** @type {Error} */ (error).message}; repair it, or write it anew with --update`,
    );
  }
  if (document?.version !== VERSION)
    throw baselineError(`${file} is no baseline of version ${VERSION}; write it anew with --update`);
  const { leaks } = document;
  if (!Array.isArray(leaks) || leaks.some((entry) => typeof entry?.fingerprint !== 'string')) {
    throw baselineError(`${file} has no list \`leaks\` of entries with a \`fingerprint\`; write it anew with --update`);
  }
  return leaks;
}

/**
 * Writes the file anew: by fingerprint, without anything that differs from run to run. For `-` it gives the text.
 *
 * @param {string} file
 * @param {import('../..').Leak[]} leaks
 * @param {{ before: Entry[], root: string }} options
 */
function writeBaseline(file, leaks, { before, root }) {
  const notes = new Map(before.map((entry) => [entry.fingerprint, entry.note]));
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  for (const leak of leaks) {
    const place = printLocation(placeOf(leak), root).replaceAll(path.sep, '/');
    const note = notes.get(leak.fingerprint);
    entries.set(leak.fingerprint, {
      fingerprint: leak.fingerprint,
      className: nameOf(leak.className),
      container: holder(leak).replaceAll(/\d+(?=\])/g, ''),
      ...(place === '' ? {} : { place }),
      kind: leak.kind,
      ...(note === undefined ? {} : { note }),
    });
  }
  const sorted = [...entries.values()].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  const text = `${toJson({ version: VERSION, leaks: sorted }, 2)}\n`;
  if (file === DASH) return text;
  try {
    writeWhole(file, text);
  } catch (error) {
    throw baselineError(`${file} cannot be written: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {string} message */
function baselineError(message) {
  return Object.assign(new Error(`the baseline ${message}`), { code: 'HEAPHOUND_ERR_BASELINE' });
}

module.exports = { baselineError, readBaseline, writeBaseline };
