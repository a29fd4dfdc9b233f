'use strict';

// A folder in the place of a snapshot means the snapshots in it.

const fs = require('node:fs');
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { toError } = require('../errors');

/**
 * Snapshots, and frozen images, which are thawed for one. Those that are encrypted, or packed as nothing here unpacks,
 * are named too: the error says what they are. One that is left out would make another answer.
 */
const SNAPSHOT =
  /\.(?:heapsnapshot|heaptimeline|frozen)(?:\.(?:gz|zst|xz|bz2|lz4|br|zip|7z|tar|tgz|frozen))*(?:\.age)?$/i;
/** Made when a folder is read: it takes some milliseconds. @type {Intl.Collator | undefined} */
let collator;

/**
 * The sources with the snapshots of a folder, by name, in the place of each folder. Folders in it are not looked
 * into.
 *
 * @template T
 * @param {T[]} sources
 * @returns {(T | string)[]}
 */
function withoutFolders(sources) {
  return sources.flatMap((source) => /** @type {(T | string)[]} */ (inPlaceOf(source)));
}

/** @param {unknown} source */
function inPlaceOf(source) {
  const folder = toPath(source);
  if (folder === undefined || !fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [source];
  const names = namesIn(folder);
  if (names.length > 0) return names.map((name) => path.join(folder, name));
  const message =
    `${folder} is a directory without a snapshot (.heapsnapshot or .heaptimeline, also .gz or .zst; .frozen); ` +
    'directories in it are not looked into';
  throw toError({ code: 'HEAPHOUND_ERR_IO', message }, new Error('at'));
}

/** @param {unknown} source */
function toPath(source) {
  if (source instanceof URL) return source.protocol === 'file:' ? fileURLToPath(source) : undefined;
  return typeof source === 'string' && source !== '' && !source.includes('\0') ? source : undefined;
}

/** @param {string} folder */
function namesIn(folder) {
  try {
    const entries = fs.readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => SNAPSHOT.test(entry.name) && !entry.isDirectory())
      .map(({ name }) => name)
      .sort(natural);
  } catch (cause) {
    const message = `cannot read the directory ${folder}: ${/** @type {Error} */ (cause).message}`;
    throw toError({ code: 'HEAPHOUND_ERR_IO', message }, new Error('at'));
  }
}

/**
 * The order of names in which 9 comes before 10.
 *
 * @param {string} one
 * @param {string} other
 */
function natural(one, other) {
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(one, other);
}

module.exports = { natural, withoutFolders };
