'use strict';

/**
 * The word behind a flag of the command line.
 *
 * @param {string[]} flags
 * @param {string} name
 * @returns {string | undefined}
 */
function valueOf(flags, name) {
  const at = flags.indexOf(name);
  return at < 0 ? undefined : flags[at + 1];
}

module.exports = { valueOf };
