'use strict';

const path = require('node:path');
const { captureSnapshot, openSnapshot } = require('..');
const { areKept } = require('./ids');
const { makeDirectory, removeDirectory } = require('./keep');

/**
 * The heap of this thread as it is now, to ask questions of. No file remains.
 *
 * @returns {Promise<import('..').Snapshot>} for the caller to close
 */
async function openHeapNow() {
  const directory = makeDirectory();
  try {
    const file = path.join(directory, 'now.heapsnapshot.zst');
    await captureSnapshot({ path: file, mode: 'inline', keepIds: areKept(), queue: true });
    return await openSnapshot(file);
  } finally {
    removeDirectory(directory);
  }
}

module.exports = { openHeapNow };
