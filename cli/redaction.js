'use strict';

const { readInput } = require('./standard-streams');
const { UsageError } = require('./usage');

/**
 * The options of the API for `--redact` and `--key-file`.
 *
 * @param {Record<string, any>} options
 * @returns {{ redact?: 'strings', key?: Buffer }}
 */
function redaction({ redact, 'key-file': keyFile }) {
  if (!redact && keyFile !== undefined) throw new UsageError('--key-file needs --redact');
  return redact ? { redact: 'strings', ...(keyFile !== undefined && { key: readKey(keyFile) }) } : {};
}

/** @param {string} file */
function readKey(file) {
  try {
    return readInput(file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--key-file cannot be read: ${/** @type {Error} */ (error).message}`);
  }
}

module.exports = { redaction, readKey };
