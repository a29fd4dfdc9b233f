'use strict';

// Encryption to public keys in the age format, while bytes pass. Whoever has this process does not have what it stored.

const { optionError } = require('../errors');
const { moduleError } = require('../store-errors');

/**
 * @typedef {object} Encryption
 * @property {(source: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array>} encrypt
 */

/**
 * @param {string[]} recipients public keys, `age1…`
 * @returns {Promise<Encryption>}
 */
async function loadEncryption(recipients) {
  const { Encrypter } = await loadAge('encryptTo');
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw optionError('encryptTo', `must be public keys of age (age1…): ${/** @type {Error} */ (cause).message}`);
    }
  }
  return {
    async *encrypt(source) {
      yield* await encrypter.encrypt(toWeb(source));
    },
  };
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

module.exports = { decrypt, loadEncryption };
