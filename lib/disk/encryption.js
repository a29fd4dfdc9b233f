'use strict';

// Encryption to public keys in the age format, while bytes pass. Whoever has this process does not have what it stored.

const { hkdfSync, randomBytes } = require('node:crypto');
const { optionError, toError } = require('../errors');
const { moduleError } = require('../store-errors');
const { openRegular } = require('./regular-file');

/** How a file in the age format begins. */
const AGE = 'age-encryption.org/';

/** Bytes behind the header of an empty file: a nonce, and the tag of an empty payload. */
const EMPTY = 32;

/**
 * @typedef {object} Encryption
 * @property {(source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array>} encrypt
 * @property {string[]} recipients
 */

/** @typedef {import('../native/addon').ImageSeal} Seal */

/**
 * Option `encryptTo`: one public key, or several.
 *
 * @type {import('../options').Check<string[]>}
 */
function recipientsOf(name, value) {
  const keys = Array.isArray(value) ? value : [value];
  if (keys.length === 0 || keys.some((key) => typeof key !== 'string'))
    throw optionError(name, 'must be a public key of age (age1…), or several');
  return keys;
}

/**
 * @param {string[]} recipients public keys, `age1…`
 * @returns {Promise<Encryption>}
 */
async function loadEncryption(recipients) {
  const encrypter = await encrypterFor(recipients);
  return {
    async *encrypt(source) {
      yield* await encrypter.encrypt(toWeb(source));
    },
    recipients,
  };
}

/**
 * What the addon needs to encrypt a file by itself: nothing else of it comes by here. A seal is for one file, and its
 * key opens that file: whoever used it fills it with zeros.
 *
 * @param {string[]} recipients public keys, `age1…`
 * @returns {Promise<Seal>}
 */
async function makeSeal(recipients) {
  const encrypter = await encrypterFor(recipients);
  /** @type {Uint8Array | undefined} */
  let fileKey;
  encrypter.addRecipient({
    wrapFileKey(/** @type {Uint8Array} */ key) {
      fileKey = key;
      return [];
    },
  });
  /** @type {Uint8Array} */
  const empty = await encrypter.encrypt(new Uint8Array(0));
  if (fileKey === undefined) throw moduleError('age-encryption', 'encryptTo', new Error('it gives no key'));
  // "Payload" of https://age-encryption.org/v1.
  const nonce = randomBytes(16);
  const key = new Uint8Array(hkdfSync('sha256', fileKey, nonce, 'payload', 32));
  // That of the library: nobody needs it any more.
  fileKey.fill(0);
  return { head: Buffer.concat([empty.subarray(0, -EMPTY), nonce]), key };
}

/** @param {string[]} recipients */
async function encrypterFor(recipients) {
  const { Encrypter } = await loadAge('encryptTo');
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw optionError('encryptTo', `must be public keys of age (age1…): ${/** @type {Error} */ (cause).message}`);
    }
  }
  return encrypter;
}

/**
 * @param {AsyncIterable<Uint8Array>} source
 * @param {string[]} identities private keys, `AGE-SECRET-KEY-1…`
 * @returns {AsyncGenerator<Uint8Array>}
 */
async function* decrypt(source, identities) {
  const { Decrypter } = await loadAge('decrypting');
  const decrypter = new Decrypter();
  for (const identity of identities) {
    try {
      decrypter.addIdentity(identity);
    } catch {
      // The message of the library could repeat the key.
      throw optionError('identities', 'must be private keys of age (AGE-SECRET-KEY-1…)');
    }
  }
  yield* await decrypter.decrypt(toWeb(source));
}

/**
 * @param {string} purpose
 * @returns {Promise<any>} an optional package, whose types need a browser
 */
async function loadAge(purpose) {
  const name = 'age-encryption';
  try {
    return await import(name);
  } catch (cause) {
    throw moduleError(name, purpose, cause);
  }
}

/**
 * True for a file in the age format. What cannot be read is none: whoever reads it says why.
 *
 * @param {string} file
 */
async function isAge(file) {
  try {
    const { handle } = await openRegular(file, { isPrivate: false });
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(AGE.length), 0, AGE.length, 0);
      return buffer.subarray(0, bytesRead).toString('latin1') === AGE;
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
}

/**
 * Of a file that is damaged, cut, none of age's, or for others. Our own errors, and those of the system, stay.
 *
 * @param {unknown} thrown
 */
function cipherError(thrown) {
  const cause = /** @type {NodeJS.ErrnoException} */ (thrown);
  if (cause?.syscall !== undefined || String(cause?.code).startsWith('HEAPHOUND_')) return cause;
  const what = `it cannot be decrypted: ${cause?.message}; it is damaged, no age file, or for another key`;
  return toError({ code: 'HEAPHOUND_ERR_ENCRYPTED', message: what }, new Error('at'));
}

/** @param {AsyncIterable<Uint8Array>} source */
function toWeb(source) {
  const chunks = source[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}

module.exports = { AGE, cipherError, decrypt, isAge, loadEncryption, makeSeal, recipientsOf };
