'use strict';

// The bytes of a file for whoever reads it: as they are, and those of an encrypted one while they are decrypted.
// Nothing plain of that lies on a disk.

const path = require('node:path');
const { addon } = require('../native');
const { cipherError, decrypt, isAge } = require('../disk/encryption');
const { toStream } = require('../disk/regular-file');
const { encryptedError } = require('../store-errors');
const { onAbort } = require('../../waits/signal');

/** @typedef {string | import('../native/addon').Feed} ImageSource */

/**
 * @template T
 * @param {string} image
 * @param {string[] | undefined} identities private keys
 * @param {AbortSignal | undefined} signal
 * @param {(...from: ImageSource[]) => Promise<T>} read reads them one after the other; may end before it has read all
 * @param {number} [times] that it reads the image
 * @returns {Promise<T>}
 */
async function readImage(image, identities, signal, read, times = 1) {
  const file = path.resolve(image);
  if (!(await isAge(file))) return read(...Array(times).fill(file));
  if (identities === undefined) throw encryptedError(image);
  const feeds = Array.from({ length: times }, () => new addon.Feed());
  const forget = onAbort(signal, () => feeds.forEach((feed) => feed.close()));
  const reading = read(...feeds);
  // It is waited for below; until then it may fail unseen.
  reading.catch(() => {});
  try {
    for (const feed of feeds) await feedDecrypted(feed, file, identities);
  } catch (error) {
    // The reader only knows that its input ended: this error says why.
    await reading.catch(() => {});
    signal?.throwIfAborted();
    throw error;
  } finally {
    forget();
    feeds.forEach((feed) => feed.close());
  }
  return reading;
}

/**
 * @param {import('../native/addon').Feed} feed
 * @param {string} file
 * @param {string[]} identities
 * @param {(bytes: Uint8Array) => void} [look] at what passes
 */
async function feedDecrypted(feed, file, identities, look) {
  try {
    const input = await toStream(file);
    try {
      for await (const bytes of decrypt(input, identities)) {
        look?.(bytes);
        if (!(await feed.push(bytes))) return;
      }
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

module.exports = { feedDecrypted, readImage };
