'use strict';

// `--identity FILE`: private keys of age, one on each line.

const { readInput } = require('./standard-streams');
const { UsageError } = require('./usage');

/** @param {string} file */
function readIdentities(file) {
  try {
    return readInput(file)
      .toString('utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--identity cannot be read: ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * The option of the API for `--identity`.
 *
 * @param {{ identity?: string }} options
 * @returns {string[] | undefined}
 */
function identitiesOf({ identity }) {
  return identity === undefined ? undefined : readIdentities(identity);
}

module.exports = { identitiesOf, readIdentities };
