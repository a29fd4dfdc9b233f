'use strict';

// An encrypted file in the place of a snapshot: it is decrypted while it is read.

const fs = require('node:fs');
const path = require('node:path');
const { addon } = require('../native');
const { feedDecrypted } = require('./image-bytes');

/** Bytes that tell what a file is. */
const BEGINNING = 64;

/**
 * @param {string} file
 * @param {string[]} identities private keys
 * @returns {import('./source').Input}
 */
function decryptedInput(file, identities) {
  const feed = new addon.Feed();
  let first = Buffer.alloc(0);
  const look = (/** @type {Uint8Array} */ bytes) => {
    if (first.length < BEGINNING) first = Buffer.concat([first, bytes.subarray(0, BEGINNING)]);
  };
  return {
    file,
    storedBytes: fs.statSync(file, { throwIfNoEntry: false })?.size,
    native: feed,
    feed: () => feedDecrypted(feed, path.resolve(file), identities, look),
    explain: async (cause) => cause,
    isFrozen: () => addon.beginsFrozen(first),
    stop: () => feed.close(),
  };
}

module.exports = { decryptedInput };
