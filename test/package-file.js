'use strict';

const path = require('node:path');

/** Folders of heaphound. Objects of a measurement do not belong to the program. */
const FOLDERS = ['lib', 'test'].map((name) => path.join(__dirname, '..', name) + path.sep);

/** @param {string | undefined} file a path */
function isOfHeaphound(file) {
  return FOLDERS.some((folder) => file?.startsWith(folder));
}

module.exports = { isOfHeaphound };
