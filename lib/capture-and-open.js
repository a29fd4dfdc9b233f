'use strict';

// V8 writes, a native thread reads and parses meanwhile: a snapshot of this thread without a file.

const { addon } = require('./native');
const { CAPTURE, captureInto } = require('./capture');
const { withDeadline } = require('./deadline');
const { OPEN, checkOptions } = require('./options');
const { openFeed } = require('./snapshot');
const { takeTurn } = require('./turn');

const { mode, path, dir, stream, compression, maxBytes, worker, ...TAKEN } = CAPTURE;
const CAPTURE_AND_OPEN = { ...TAKEN, ...OPEN };

/**
 * @param {import('..').CaptureAndOpenOptions} [options]
 * @returns {Promise<import('..').Snapshot>}
 */
async function captureAndOpen(options) {
  const { signal, timeoutMs, queue, onProgress, threads, parity, sourceMaps, ...checked } = checkOptions(options, CAPTURE_AND_OPEN);
  return withDeadline({ signal, timeoutMs }, async (signal) => {
    const turn = await takeTurn({ queue, signal });
    const feed = new addon.Feed();
    try {
      // From here on nothing else runs on this thread until V8 is done: the job that reads is there, or V8 would wait for it for ever.
      if (signal) signal.throwIfAborted();
      const opening = openFeed(feed, { signal, onProgress, threads, parity, sourceMaps });
      // Looked at below; until then it may fail without anybody listening.
      opening.catch(() => {});
      /** @type {import('./capture').Captured} */
      let captured;
      try {
        captured = await captureInto({ feed }, 'none', checked, signal);
      } catch (error) {
        feed.close();
        await opening.then((snapshot) => snapshot.close(), () => {});
        throw error;
      }
      const snapshot = await opening;
      snapshot.know({ idSpace: captured.idSpace });
      return snapshot;
    } finally {
      feed.close();
      turn.release();
    }
  });
}

module.exports = { captureAndOpen };
