'use strict';

// Ids of forked captures of this thread: where the last table is. The table itself is in a file, not in the app's
// memory.

const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { threadId } = require('node:worker_threads');

/** @typedef {{ thread: number, node: string, secret: Uint8Array, previous?: string }} ForkIds */

/** Mixed into the hashes of texts in the table. It leaves this process with nobody. @type {Buffer | undefined} */
let secret;
/** The table of the last capture. @type {string | undefined} */
let last;

/** @param {string} file a snapshot */
function tableOf(file) {
  return `${file}.ids`;
}

/** @returns {ForkIds} what a child needs to go on from the last capture of this thread */
function forkIds() {
  secret ??= randomBytes(8);
  return {
    thread: threadId,
    node: process.version,
    secret,
    ...(last !== undefined && isRegular(last) && { previous: last }),
  };
}

/** A link or a FIFO in its place would have the child read something else, or wait. @param {string} file */
function isRegular(file) {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/** @param {string} file a snapshot that has a table */
function rememberTable(file) {
  last = path.resolve(tableOf(file));
}

module.exports = { forkIds, rememberTable, tableOf };
