'use strict';

// The binaries of each Node line that `npm ci --prefix __test__/nodes` installed.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const FOLDER = path.join(__dirname, '..', '__test__', 'nodes', 'node_modules');

/** @param {string} line as `20` */
function binaryOf(line) {
  return path.join(FOLDER, `node${line}`, 'bin', 'node');
}

/** @returns {string[]} oldest first */
function installedLines() {
  if (!fs.existsSync(FOLDER)) return [];
  return fs
    .readdirSync(FOLDER)
    .flatMap((name) => /^node(\d+)$/.exec(name)?.[1] ?? [])
    .sort();
}

/** @param {string} binary */
function versionOf(binary) {
  return execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();
}

module.exports = { binaryOf, installedLines, versionOf };
