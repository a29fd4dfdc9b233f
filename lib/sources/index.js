'use strict';

// Adds to leaks the facts that source files have: the lines of their places, and the calls of a package.

const path = require('node:path');
const { addCalls } = require('./called');
const { FileTexts } = require('./file-text');
const { addSources } = require('./places');
const { optionError } = require('../errors');

/** False, true, or the folder below which sources are read. @type {import('../options').Check<boolean | string>} */
function checkSources(name, value) {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' || value === '' || value.includes('\0'))
    throw optionError(name, 'must be a boolean, or the path of a folder');
  return path.resolve(value);
}

/**
 * Sources are read below this folder. There is none where source maps may read no file of this machine.
 *
 * @param {boolean | string | undefined} sources
 * @param {boolean | string | undefined} sourceMaps
 * @returns {string | undefined}
 */
function folderOf(sources, sourceMaps = false) {
  if (typeof sources === 'string') return sources;
  return (sources ?? sourceMaps !== false) ? process.cwd() : undefined;
}

/**
 * @param {import('../..').Leak[]} leaks
 * @param {{ folder: string, around: number, takenAt?: string }} options
 */
async function addSourceLines(leaks, { folder, around, takenAt }) {
  const texts = new FileTexts(folder);
  await addCalls(leaks, { texts, around });
  await addSources(leaks, { texts, around, takenAt });
}

module.exports = { addSourceLines, checkSources, folderOf };
