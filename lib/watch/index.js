'use strict';

const { openEvidence } = require('./evidence');
const { checkWatchOptions } = require('./options');
const { Watcher } = require('./watcher');

/**
 * @param {import('../..').WatchOptions} [options]
 * @returns {Promise<import('../..').MemoryWatcher>}
 */
async function watchMemory(options) {
  const checked = checkWatchOptions(options);
  return new Watcher(checked, await openEvidence(checked));
}

module.exports = { watchMemory };
