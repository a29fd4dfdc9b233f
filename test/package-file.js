'use strict';

const path = require('node:path');

/** Folders of heaphound. Objects that a measurement makes are not of the program. */
const FOLDERS = ['lib', 'test'].map((name) => path.join(__dirname, '..', name) + path.sep);

/** @param {string | undefined} file a path */
function isOfHeaphound(file) {
  return FOLDERS.some((folder) => file?.startsWith(folder));
}

module.exports = { isOfHeaphound };
