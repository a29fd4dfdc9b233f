'use strict';

// Frozen images among the snapshots of a store. An image is the whole memory of a process.

const { encryptedError, imageError, noImageError, plainImageError } = require('../store-errors');

/** @typedef {import('./types').StoredSnapshot | import('./types').StoredImage} Stored */

/**
 * How an item is made. An image is encrypted by whoever makes it, so that nothing plain of it comes by here; a snapshot
 * by the store.
 *
 * @param {import('./types').Take | import('./types').TakeImage} take
 * @param {import('./about').About} about
 * @param {import('../disk/encryption').Encryption | undefined} encryption of the store
 * @returns {{ take: import('./types').Take, encryption: import('../disk/encryption').Encryption | undefined }}
 *   `encryption`: what is left to do for the store
 */
function howToTake(take, { kind }, encryption) {
  if (kind !== 'image') return { take: /** @type {import('./types').Take} */ (take), encryption };
  const encryptTo = encryption?.recipients;
  const takeImage = /** @type {import('./types').TakeImage} */ (take);
  return {
    take: async ({ compression: _, ...place }) => {
      const result = await takeImage({ ...place, ...(encryptTo && { encryptTo }) });
      if (result.mode !== 'freeze') throw noImageError();
      if (encryptTo && result.encrypted !== 'age') throw plainImageError();
      return /** @type {import('../..').CaptureResult} */ (/** @type {unknown} */ (result));
    },
    encryption: undefined,
  };
}

/**
 * Refuses what cannot be opened as a snapshot.
 *
 * @param {Stored} record
 */
function checkSnapshot(record) {
  if (record.kind === 'image') throw imageError(record.id);
  checkReadable(record);
}

/**
 * Refuses what gives no bytes of use: of an encrypted snapshot. An image is given as it is stored.
 *
 * @param {Stored} record
 */
function checkReadable({ kind, encrypted, location }) {
  if (kind !== 'image' && encrypted) throw encryptedError(location);
}

module.exports = { checkReadable, checkSnapshot, howToTake };
