'use strict';

const { captureAndOpen } = require('../..');
const { areKept } = require('./ids');

/**
 * Opens a snapshot of this thread's heap. No file is made.
 *
 * @returns {Promise<import('../..').Snapshot>} for the caller to close
 */
async function openHeapNow() {
  return captureAndOpen({ sourceMaps: true, keepIds: areKept(), queue: true });
}

module.exports = { openHeapNow };
