'use strict';

// The bytes of an image for whoever reads it: a file as it is, and an encrypted one while it is decrypted. Nothing
// plain of that lies on a disk.

const path = require('node:path');
const { addon } = require('../native');
const { cipherError, decrypt, isAge } = require('../disk/encryption');
const { toStream } = require('../disk/regular-file');
const { encryptedImageError } = require('../store-errors');
const { onAbort } = require('../../waits/signal');

/** @typedef {string | import('../native/addon').Feed} ImageSource */

/**
 * @template T
 * @param {string} image
 * @param {string[] | undefined} identities private keys
 * @param {AbortSignal | undefined} signal
 * @param {(from: ImageSource) => Promise<T>} read may end before it has read all
 * @returns {Promise<T>}
 */
async function readImage(image, identities, signal, read) {
  const file = path.resolve(image);
  if (!(await isAge(file))) return read(file);
  if (identities === undefined) throw encryptedImageError(image);
  const feed = new addon.Feed();
  const forget = onAbort(signal, () => feed.close());
  const reading = read(feed);
  // It is waited for below; until then it may fail unseen.
  reading.catch(() => {});
  try {
    await feedDecrypted(feed, file, identities);
  } catch (error) {
    // The reader only knows that its input ended: this error says why.
    await reading.catch(() => {});
    signal?.throwIfAborted();
    throw error;
  } finally {
    forget();
  }
  return reading;
}

/**
 * @param {import('../native/addon').Feed} feed
 * @param {string} file
 * @param {string[]} identities
 */
async function feedDecrypted(feed, file, identities) {
  try {
    const input = await toStream(file);
    try {
      for await (const bytes of decrypt(input, identities)) if (!(await feed.push(bytes))) return;
      feed.end();
    } finally {
      input.destroy();
    }
  } catch (cause) {
    throw cipherError(cause);
  } finally {
    feed.close();
  }
}

module.exports = { readImage };
