'use strict';

const { captureAndOpen } = require('../..');
const { areKept } = require('./ids');

/**
 * The heap of this thread as it is now, to ask questions of. No file is made.
 *
 * @returns {Promise<import('../..').Snapshot>} for the caller to close
 */
async function openHeapNow() {
  return captureAndOpen({ sourceMaps: true, keepIds: areKept(), queue: true });
}

module.exports = { openHeapNow };
