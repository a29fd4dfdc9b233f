'use strict';

// Files whose names somebody else could have used: never a FIFO, whose open waits for its writer in libuv's pool, nor a
// device; a link only where it may be one.

const { constants } = require('node:fs');
const fs = require('node:fs/promises');

/** Undefined where the system does not have it. */
const NONBLOCK = constants.O_NONBLOCK ?? 0;
const NOFOLLOW = constants.O_NOFOLLOW ?? 0;
/** Bits of a mode by which others may write. */
const OTHERS_WRITE = 0o022;

/**
 * Opens a regular file for reading.
 *
 * @param {string} file
 * @param {{ isPrivate: boolean }} how private: no link, this user's, and nobody else may write into it
 * @returns {Promise<{ handle: fs.FileHandle, size: number }>} rejects with an error of the system, or with the code
 *   `EINVAL` for what is no such file
 */
async function openRegular(file, { isPrivate }) {
  const handle = await fs.open(file, constants.O_RDONLY | NONBLOCK | (isPrivate ? NOFOLLOW : 0));
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) throw notRegular(`${file} is no regular file`);
    if (isPrivate && process.getuid !== undefined) {
      if (facts.uid !== process.getuid()) throw notRegular(`${file} belongs to another user`);
      if ((facts.mode & OTHERS_WRITE) !== 0) throw notRegular(`others may write into ${file}`);
    }
    return { handle, size: facts.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * The text of a small file.
 *
 * @param {string} file
 * @param {{ isPrivate: boolean, most: number }} how most: bytes
 * @returns {Promise<string>} rejects like {@link openRegular}, and when the file is larger
 */
async function readRegular(file, { isPrivate, most }) {
  const { handle, size } = await openRegular(file, { isPrivate });
  try {
    if (size > most) throw notRegular(`${file} has more than ${most} bytes`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * The `source` that a store gives for a snapshot, as a stream.
 *
 * @param {string | import('node:stream').Readable} source a path may be a link: whoever made the store says where it
 *   leads
 * @returns {Promise<import('node:stream').Readable>}
 */
async function toStream(source) {
  if (typeof source !== 'string') return source;
  return (await openRegular(source, { isPrivate: false })).handle.createReadStream();
}

/** @param {string} message */
function notRegular(message) {
  return Object.assign(new Error(message), { code: 'EINVAL' });
}

module.exports = { openRegular, readRegular, toStream };
