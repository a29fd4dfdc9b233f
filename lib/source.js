'use strict';

const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { Readable } = require('node:stream');
const { addon } = require('./native');
const { optionError } = require('./errors');

const SLICE = 1 << 20;

/**
 * A source as the addon takes it.
 *
 * @typedef {object} Input
 * @property {string} [file] path, when it has one
 * @property {any} native a path or a native `Feed`
 * @property {() => Promise<void>} feed hands all bytes over, as fast as the job takes them; rejects with the error of the stream
 * @property {() => void} stop on every way out: destroys the stream and ends a job that still waits for bytes
 */

/**
 * @param {any} source
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
    return { file: source, native: file, feed: async () => {}, stop: () => {} };
  }
  if (source instanceof Uint8Array) {
    const feed = new addon.Feed();
    return { native: feed, feed: () => feedBytes(feed, source), stop: () => feed.close() };
  }
  if (source instanceof Readable) {
    const feed = new addon.Feed();
    const stop = () => {
      feed.close();
      source.destroy();
    };
    return { native: feed, feed: () => feedStream(feed, source), stop };
  }
  throw optionError('source', 'must be a path, a file: URL, a Buffer, a Uint8Array or a Readable');
}

/**
 * @param {any} feed
 * @param {Uint8Array} bytes
 */
async function feedBytes(feed, bytes) {
  if (await push(feed, bytes)) feed.end();
}

/**
 * @param {any} feed
 * @param {Readable} stream
 */
async function feedStream(feed, stream) {
  try {
    for await (const chunk of stream) {
      if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) {
        throw optionError('source', 'must be a stream of bytes, not of objects');
      }
      if (!(await push(feed, typeof chunk === 'string' ? Buffer.from(chunk) : chunk))) return;
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
 * @param {any} feed
 * @param {Uint8Array} bytes
 * @returns {Promise<boolean>} false when the job takes no more: it failed or was cancelled
 */
async function push(feed, bytes) {
  for (let start = 0; start < bytes.length; start += SLICE) {
    if (!(await feed.push(bytes.subarray(start, start + SLICE)))) return false;
  }
  return true;
}

module.exports = { toInput };
