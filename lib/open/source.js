'use strict';

const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { Readable } = require('node:stream');
const { addon } = require('../native');
const { optionError } = require('../errors');
const { AGE } = require('../disk/encryption');
const { openRegular } = require('../disk/regular-file');
const { encryptedError } = require('../store-errors');

const SLICE = 1 << 20;

/** @typedef {import('../native/addon').Feed} Feed */

/**
 * A source as the addon takes it.
 *
 * @typedef {object} Input
 * @property {string} [file] path, when it has one
 * @property {string | Feed} native
 * @property {() => Promise<void>} feed hands all bytes over, as fast as the job takes them; rejects with the error of
 *   the stream
 * @property {(cause: unknown) => Promise<unknown>} explain the error to throw after a failure: that a foreign file is
 *   an encrypted one, when it is
 * @property {import('./provenance').Provenance} [provenance] facts that came with the bytes, once they were handed over
 * @property {() => boolean} [isFrozen] asked of what is no snapshot: whether it can be thawed
 * @property {number} [storedBytes] size of an encrypted file
 * @property {() => void} stop on every way out: destroys the stream and ends a job that still waits for bytes
 */

/**
 * @param {unknown} source of the user's
 * @returns {Input}
 */
function toInput(source) {
  if (source instanceof URL) {
    if (source.protocol !== 'file:') throw optionError('source', 'a URL must be a file: URL');
    source = fileURLToPath(source);
  }
  if (typeof source === 'string') {
    if (source === '' || source.includes('\0')) throw optionError('source', 'is not a path');
    const file = path.resolve(source);
    return {
      file: source,
      native: file,
      feed: async () => {},
      explain: (cause) => explain(cause, () => beginning(file), file),
      isFrozen: () => addon.isFrozen(file),
      stop: () => {},
    };
  }
  if (source instanceof Uint8Array) {
    const feed = new addon.Feed();
    return {
      native: feed,
      feed: () => feedBytes(feed, source),
      explain: (cause) => explain(cause, async () => source),
      stop: () => feed.close(),
    };
  }
  if (source instanceof Readable) {
    const feed = new addon.Feed();
    const stop = () => {
      feed.close();
      source.destroy();
    };
    let first = Buffer.alloc(0);
    const look = (/** @type {Uint8Array} */ chunk) => {
      if (first.length < AGE.length) first = Buffer.concat([first, chunk.subarray(0, AGE.length)]);
    };
    return {
      native: feed,
      feed: () => feedStream(feed, source, look),
      explain: (cause) => explain(cause, async () => first),
      stop,
    };
  }
  throw optionError('source', 'must be a path, a file: URL, a Buffer, a Uint8Array or a Readable');
}

/**
 * @param {Feed} feed
 * @param {Uint8Array} bytes
 */
async function feedBytes(feed, bytes) {
  if (await push(feed, bytes)) feed.end();
}

/**
 * @param {Feed} feed
 * @param {Readable} stream
 * @param {(chunk: Uint8Array) => void} look at what passes
 */
async function feedStream(feed, stream, look) {
  try {
    for await (const chunk of stream) {
      if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
        throw optionError('source', 'must be a stream of bytes, not of objects');
      }
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      look(bytes);
      if (!(await push(feed, bytes))) return;
    }
    feed.end();
  } catch (error) {
    feed.close();
    throw error;
  }
}

/**
 * Hands bytes over in slices, so that the copy of one never holds the main thread for long.
 *
 * @param {Feed} feed
 * @param {Uint8Array} bytes
 * @returns {Promise<boolean>} false when the job takes no more: it failed or was cancelled
 */
async function push(feed, bytes) {
  for (let start = 0; start < bytes.length; start += SLICE) {
    if (!(await feed.push(bytes.subarray(start, start + SLICE)))) return false;
  }
  return true;
}

/**
 * @param {unknown} cause
 * @param {() => Promise<Uint8Array>} first bytes of the source, at least as many as an age file begins with
 * @param {string} [what] of the message
 */
async function explain(cause, first, what = 'the snapshot') {
  if (/** @type {NodeJS.ErrnoException} */ (cause).code !== 'HEAPHOUND_ERR_FOREIGN') return cause;
  const bytes = await first().catch(() => Buffer.alloc(0));
  const isEncrypted = Buffer.from(bytes.subarray(0, AGE.length)).toString('latin1') === AGE;
  return isEncrypted ? encryptedError(what) : cause;
}

/** @param {string} file */
async function beginning(file) {
  // A FIFO has given what it had.
  const { handle } = await openRegular(file, { isPrivate: false });
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(AGE.length), 0, AGE.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

module.exports = { toInput };
