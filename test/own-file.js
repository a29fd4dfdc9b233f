'use strict';

const path = require('node:path');
const { fileURLToPath } = require('node:url');

/** Of this package: what a measurement makes is not the program's. */
const FOLDERS = ['lib', 'test'].map((name) => path.join(__dirname, '..', name) + path.sep);

/** @param {string | undefined} file a path */
function isOwnFile(file) {
  return FOLDERS.some((folder) => file?.startsWith(folder));
}

/** @param {string} file as V8 names it: modules by their URLs */
function toPath(file) {
  if (!file.startsWith('file:')) return file === '' ? undefined : file;
  try {
    return fileURLToPath(file);
  } catch {
    return file;
  }
}

module.exports = { isOwnFile, toPath };
