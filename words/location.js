'use strict';

const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { fit, harmless } = require('./text');

/** Of a longer path the end is shown, and its line. */
const LONGEST_PLACE = 200;

/**
 * `file:line:column`, the file relative to the working folder when it lies below it; the original source when a map
 * named it. The file alone when line and column are those of other code.
 *
 * @param {import('..').SourceLocation | import('..').SourcePosition | undefined} location
 * @param {string} [folder]
 * @returns {string} empty when there is no location
 */
function printLocation(location, folder = process.cwd()) {
  if (!location) return '';
  const { file, line, column } = 'original' in location && location.original ? location.original : location;
  if (!file) return '';
  const shown = fit(harmless(relativeFile(file, folder)), LONGEST_PLACE, 'end');
  return isUnmapped(location) ? shown : `${shown}:${line}:${column}`;
}

/**
 * True for a place whose line and column say nothing: what ran was made of the file in memory, or only the file is
 * known.
 *
 * @param {import('..').SourceLocation | import('..').SourcePosition} location
 */
function isUnmapped(location) {
  return (
    ('unmapped' in location && location.unmapped === true) || ('wholeFile' in location && location.wholeFile === true)
  );
}

/**
 * @param {string} file
 * @param {string} folder
 */
function relativeFile(file, folder) {
  const absolute = toPath(file);
  if (!path.isAbsolute(absolute)) return absolute;
  const relative = path.relative(folder, absolute);
  const isBelow = relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
  return isBelow ? relative : absolute;
}

/**
 * @param {string} file a path, or a URL of one
 */
function toPath(file) {
  if (!file.startsWith('file:')) return file;
  try {
    return fileURLToPath(file);
  } catch {
    return file;
  }
}

module.exports = { isUnmapped, printLocation, toPath };
