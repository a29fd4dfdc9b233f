'use strict';

/**
 * A time for the beginning of a file's name, so that names sort by time: `20261127T203015123Z`.
 *
 * @param {Date} time
 */
function compactTime(time) {
  return time.toISOString().replace(/[-:.]/g, '');
}

module.exports = { compactTime };
