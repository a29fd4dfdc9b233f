'use strict';

// Small private files: written whole or not at all, read without following a link.

const { randomBytes } = require('node:crypto');
const fs = require('node:fs/promises');
const path = require('node:path');
const { toError } = require('../errors');
const { openRegular, readRegular } = require('./regular-file');
const { unsafeError } = require('../store-errors');

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
 * @returns {Promise<Record<string, unknown> | undefined>}
 */
async function readPrivate(file) {
  try {
    return JSON.parse(await readRegular(file, { isPrivate: true, most: MAX_DOCUMENT }));
  } catch {
    return undefined;
  }
}

/**
 * A snapshot of ours as a stream, of the file that was looked at: what happens to its name meanwhile does not matter.
 *
 * @param {string} file
 * @returns {Promise<import('node:stream').Readable>}
 */
async function streamPrivate(file) {
  try {
    const { handle } = await openRegular(file, { isPrivate: true });
    return handle.createReadStream();
  } catch (cause) {
    throw notOurs(cause, file);
  }
}

/**
 * Refuses what has the name of a snapshot and is none of ours.
 *
 * @param {string} file
 */
async function checkPrivate(file) {
  try {
    await (await openRegular(file, { isPrivate: true })).handle.close();
  } catch (cause) {
    throw notOurs(cause, file);
  }
}

/**
 * @param {unknown} thrown
 * @param {string} file
 */
function notOurs(thrown, file) {
  const cause = /** @type {NodeJS.ErrnoException | undefined} */ (thrown);
  const isPlanted = ['EINVAL', 'ELOOP', 'ENXIO', 'EMLINK'].includes(String(cause?.code));
  const error = isPlanted
    ? unsafeError(
        path.dirname(file),
        `${path.basename(file)} is a link, no regular file, or somebody else's; remove it`,
      )
    : toError({ code: 'HEAPHOUND_ERR_IO', message: `cannot read ${file}: ${cause?.message}` }, new Error('at'));
  error.cause = cause;
  return error;
}

/**
 * @param {unknown} thrown
 * @param {string} file
 */
function diskError(thrown, file) {
  const cause = /** @type {NodeJS.ErrnoException} */ (thrown);
  if (cause?.code === 'EEXIST' || String(cause?.code).startsWith('HEAPHOUND_')) return cause;
  const isFull = cause?.code === 'ENOSPC' || cause?.code === 'EDQUOT';
  const message = isFull ? `the disk is full: ${file} was not written` : `cannot write ${file}: ${cause?.message}`;
  const error = toError({ code: isFull ? 'HEAPHOUND_ERR_NO_SPACE' : 'HEAPHOUND_ERR_IO', message }, new Error('at'));
  error.cause = cause;
  return error;
}

module.exports = { checkPrivate, diskError, partialName, readPrivate, streamPrivate, writePrivate };
