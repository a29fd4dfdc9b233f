'use strict';

const fs = require('node:fs');
const path = require('node:path');

/** The lines of Node.js that the package supports. */
const LINES = Object.freeze([20, 22, 24, 26]);

/**
 * A binary of a line: that of this process, or the installed one. `npm ci --prefix __test__/nodes` installs them all.
 *
 * @param {number} line
 * @returns {string | undefined}
 */
function nodeOfLine(line) {
  if (process.version.startsWith(`v${line}.`)) return process.execPath;
  const file = path.join(__dirname, '..', 'nodes', 'node_modules', `node${line}`, 'bin', 'node');
  return fs.existsSync(file) ? file : undefined;
}

module.exports = { LINES, nodeOfLine };
