'use strict';

const { createHash, randomBytes } = require('node:crypto');
const { optionError } = require('./errors');
const { oneOf } = require('./options');

/** A key that can be guessed gives contents away. */
const LEAST_BYTES = 16;

/**
 * This thread's own, made when it is first needed: all redactions of one process share it.
 *
 * @type {Buffer | undefined}
 */
let own;

/** @returns {Buffer} 32 bytes that leave this process with nobody */
function ownKey() {
  own ??= randomBytes(32);
  return own;
}

/** Option `key`: any bytes, or a text. Gives 32 bytes. @type {import('./options').Check<Buffer>} */
function keyOption(name, value) {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  if (!(bytes instanceof Uint8Array) || bytes.length < LEAST_BYTES) {
    throw optionError(name, `must be a text or bytes, ${LEAST_BYTES} bytes at least`);
  }
  return createHash('sha256').update(bytes).digest();
}

/** Options of what writes snapshots. */
const REDACTION = { redact: oneOf(['strings']), key: keyOption };

/**
 * @param {{ redact?: 'strings', key?: Buffer }} options
 * @returns {Buffer | undefined} undefined when nothing is to be redacted
 */
function redactionKey({ redact, key }) {
  if (redact === undefined && key !== undefined) throw optionError('key', 'needs redact');
  return redact === undefined ? undefined : (key ?? ownKey());
}

module.exports = { REDACTION, redactionKey, keyOption, ownKey };
