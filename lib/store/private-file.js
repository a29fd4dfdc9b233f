'use strict';

// Small private files: written whole or not at all, read without following a link.

const { randomBytes } = require('node:crypto');
const fs = require('node:fs/promises');
const { constants } = require('node:fs');
const path = require('node:path');
const { toError } = require('../errors');

/** A document of ours is far below it. What is longer is something else. */
const MAX_DOCUMENT = 64 << 20;

/**
 * A name for what is not finished. The capture's own have the same form: `.heaphound-<pid>-<random>.partial`.
 *
 * @param {string} directory
 */
function partialName(directory) {
  return path.join(directory, `.heaphound-${process.pid}-${randomBytes(8).toString('hex')}.partial`);
}

/**
 * @param {string} file
 * @param {string | Uint8Array} content
 * @param {{ replace?: boolean }} [options] false: rejects with `EEXIST` when something has the name
 */
async function writePrivate(file, content, { replace = true } = {}) {
  const partial = partialName(path.dirname(file));
  try {
    const handle = await fs.open(partial, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (replace) await fs.rename(partial, file);
    else await fs.link(partial, file);
  } catch (cause) {
    throw diskError(cause, file);
  } finally {
    await fs.rm(partial, { force: true });
  }
}

/**
 * The value in a file of JSON, or undefined: there is none, or it is not ours to trust.
 *
 * @param {string} file
 * @returns {Promise<any>}
 */
async function readPrivate(file) {
  let handle;
  try {
    handle = await fs.open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    const facts = await handle.stat();
    if (!facts.isFile() || facts.size > MAX_DOCUMENT) return undefined;
    return JSON.parse(await handle.readFile('utf8'));
  } catch {
    return undefined;
  } finally {
    await handle?.close();
  }
}

/**
 * @param {any} cause
 * @param {string} file
 */
function diskError(cause, file) {
  if (cause?.code === 'EEXIST' || String(cause?.code).startsWith('HEAPHOUND_')) return cause;
  const isFull = cause?.code === 'ENOSPC' || cause?.code === 'EDQUOT';
  const message = isFull ? `the disk is full: ${file} was not written` : `cannot write ${file}: ${cause?.message}`;
  const error = toError({ code: isFull ? 'HEAPHOUND_ERR_NO_SPACE' : 'HEAPHOUND_ERR_IO', message }, new Error('at'));
  error.cause = cause;
  return error;
}

module.exports = { diskError, partialName, readPrivate, writePrivate };
