'use strict';

const fs = require('node:fs');
const { UsageError } = require('./usage');

/**
 * Options of the API that `--redact` and `--key-file` mean.
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
    return fs.readFileSync(file);
  } catch (error) {
    throw new UsageError(`--key-file cannot be read: ${/** @type {Error} */ (error).message}`);
  }
}

module.exports = { redaction, readKey };
