'use strict';

// V8 writes, in a forked child or in itself, and a native thread reads and parses meanwhile: a snapshot of this
// thread without a file.

const { threadId } = require('node:worker_threads');
const { addon } = require('../native');
const { captureInto } = require('.');
const { withDeadline } = require('./deadline');
const { CAPTURE } = require('./options');
const { firstCause } = require('./outlet');
const { OPEN, checkOptions } = require('../options');
const { RUNTIME } = require('../runtime');
const { inside, openFeed } = require('../open/snapshot');
const { lockCapture } = require('./capture-lock');

const { path, dir, stream, compression, maxBytes, worker, ...TAKEN } = CAPTURE;
const CAPTURE_AND_OPEN = { ...TAKEN, ...OPEN };

/**
 * @param {import('../..').CaptureAndOpenOptions} [options]
 * @returns {Promise<import('../..').Snapshot>}
 */
async function captureAndOpen(options) {
  const { signal, timeoutMs, queue, onProgress, threads, parity, sourceMaps, ...checked } = checkOptions(
    options,
    CAPTURE_AND_OPEN,
  );
  return withDeadline({ signal, timeoutMs }, async (signal) => {
    const lock = await lockCapture({ queue, signal });
    const feed = new addon.Feed();
    try {
      // The job that reads has to be there: in the process nothing else runs on this thread until V8 is done, and V8
      // would wait for it for ever.
      if (signal) signal.throwIfAborted();
      const opening = openFeed(feed, {
        signal,
        onProgress,
        threads,
        parity,
        sourceMaps,
        maxMemoryBytes: checked.maxMemoryBytes,
      });
      // Looked at below; until then it may fail without anybody listening.
      opening.catch(() => {});
      const takenAt = new Date().toISOString();
      /** @type {import('.').Captured} */
      let captured;
      try {
        captured = await captureInto({ feed }, 'none', checked, signal);
      } catch (error) {
        feed.close();
        throw await firstCause(
          error,
          opening.then((snapshot) => snapshot.close()),
        );
      }
      const snapshot = await opening;
      inside.know(snapshot, {
        idSpace: captured.idSpace,
        takenAt,
        takenAtFrom: 'capture',
        pid: process.pid,
        threadId,
        runtime: RUNTIME,
      });
      return snapshot;
    } finally {
      feed.close();
      lock.release();
    }
  });
}

module.exports = { captureAndOpen };
