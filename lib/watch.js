'use strict';

const { openEvidence } = require('./watch/evidence');
const { checkWatchOptions } = require('./watch/options');
const { Watcher } = require('./watch/watcher');

/**
 * @param {import('..').WatchOptions} [options]
 * @returns {Promise<import('..').MemoryWatcher>}
 */
async function watchMemory(options) {
  const checked = checkWatchOptions(options);
  return new Watcher(checked, await openEvidence(checked));
}

module.exports = { watchMemory };
