'use strict';

const path = require('node:path');

/** Of this package: what a measurement makes is not the program's. */
const FOLDERS = ['lib', 'test'].map((name) => path.join(__dirname, '..', name) + path.sep);

/** @param {string | undefined} file a path */
function isOwnFile(file) {
  return FOLDERS.some((folder) => file?.startsWith(folder));
}

module.exports = { isOwnFile };
