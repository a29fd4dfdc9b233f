'use strict';

const { finished } = require('node:stream');

/**
 * Resolves when the stream has ended, failed or was destroyed, also before: `finished` of Node.js looks at its state
 * first. Streams do end: those of ours by a
 * timer at the latest.
 *
 * @param {import('node:stream').Readable | import('node:stream').Writable} stream
 * @returns {Promise<void>}
 */
function streamOver(stream) {
  return new Promise((resolve) => {
    finished(stream, () => resolve());
  });
}

module.exports = { streamOver };
