'use strict';

const { createHash, randomBytes } = require('node:crypto');
const { optionError } = require('./errors');

/** A key that can be guessed gives contents away. */
const LEAST_BYTES = 16;

/** This thread's own, made when it is first needed: all redactions of one process share it. @type {Buffer | undefined} */
let own;

/** @returns {Buffer} 32 bytes that leave this process with nobody */
function ownKey() {
  own ??= randomBytes(32);
  return own;
}

/**
 * Option `key`: any bytes, or a text.
 *
 * @param {string} name
 * @param {any} value
 * @returns {Buffer} 32 bytes
 */
function keyOption(name, value) {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  if (!(bytes instanceof Uint8Array) || bytes.length < LEAST_BYTES) {
    throw optionError(name, `must be a text or bytes, ${LEAST_BYTES} bytes at least`);
  }
  return createHash('sha256').update(bytes).digest();
}

module.exports = { keyOption, ownKey };
