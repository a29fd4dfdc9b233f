'use strict';

const path = require('node:path');
const { setImmediate: turn } = require('node:timers/promises');
const { threadId } = require('node:worker_threads');
const { addon, run } = require('./native');
const { toError } = require('./errors');
const { WORK, checkOptions, integer, oneOf, ofType } = require('./options');
const { writeHeap } = require('./heap-writer');
const { withDeadline } = require('./deadline');
const { checkRoom } = require('./headroom');
const { PLACE, choosePlace, checkPlace } = require('./place');
const { estimate, heapNow, remember } = require('./estimate');
const { forgetIds, idSpace } = require('./object-ids');
const { checkSidecar, writeSidecar } = require('./sidecar');
const { takeTurn } = require('./turn');
const { ownKey } = require('./redaction-key');
const { captureWorker, workerOption } = require('./capture-worker');

const CAPTURE = {
  ...PLACE,
  signal: WORK.signal,
  exposeInternals: ofType('boolean'),
  exposeNumericValues: ofType('boolean'),
  redact: oneOf(['strings']),
  keepIds: ofType('boolean'),
  queue: ofType('boolean'),
  timeoutMs: integer(1, 2 ** 31 - 1),
  maxBytes: integer(0),
  maxMemoryBytes: integer(0),
  maxPauseMs: integer(0),
  checkHeadroom: ofType('boolean'),
  worker: workerOption,
};

/**
 * @param {import('..').CaptureOptions} [options]
 * @returns {Promise<import('..').CaptureResult>}
 */
async function captureSnapshot(options) {
  const { worker, ...own } = checkOptions(options, CAPTURE);
  checkPlace(own);
  const { compression = 'zstd', signal, timeoutMs, queue, ...checked } = own;
  return withDeadline({ signal, timeoutMs }, async (signal) => {
    // It waits for its turn, and looks for room, where it runs.
    if (worker) return captureWorker(worker, { ...checked, compression, queue }, signal);
    const turn = await takeTurn({ queue, signal });
    try {
      return await capture(compression, checked, signal);
    } finally {
      turn.release();
    }
  });
}

/**
 * @param {import('./place').Compression} compression
 * @param {any} checked
 * @param {AbortSignal} [signal]
 * @returns {Promise<import('..').CaptureResult>}
 */
async function capture(compression, checked, signal) {
  const startedAt = new Date();
  const start = performance.now();
  const place = choosePlace(checked, compression, startedAt, { pid: process.pid, threadId });
  try {
    checkSidecar(place.file);
    const heap = heapNow();
    const room = { ...checked, directory: path.dirname(place.file) };
    if (checked.checkHeadroom !== false) checkRoom(estimate(compression, heap), room);
    const capture = begin(place.file, compression, checked);
    const space = idSpace();
    let idsKept = true;
    let pauseMs;
    try {
      pauseMs = await fill(capture, checked, signal);
    } finally {
      if (checked.keepIds !== true) idsKept = !forgetIds();
    }
    const file = await settle(capture.finish.bind(capture));
    remember(heap, file, pauseMs);
    return await writeSidecar({
      path: place.file,
      mode: 'inline',
      reason: 'this version of heaphound captures in the process only',
      pauseMs,
      durationMs: performance.now() - start,
      rawBytes: file.rawBytes,
      storedBytes: file.storedBytes,
      nodeCount: file.nodeCount,
      edgeCount: file.edgeCount,
      sha256: file.sha256,
      ...(checked.redact && { redact: checked.redact }),
      idSpace: space,
      idsKept,
      node: process.version,
      pid: process.pid,
      threadId,
      startedAt: startedAt.toISOString(),
    });
  } catch (error) {
    place.undo();
    throw error;
  }
}

/**
 * @param {string} file
 * @param {string} compression
 * @param {any} options
 */
function begin(file, compression, { maxBytes, redact }) {
  const capture = addon.startCapture(file, compression, maxBytes, redact && ownKey());
  if (capture instanceof addon.Failure) throw toError(capture, new Error('at'));
  return capture;
}

/**
 * Lets V8 write. The thread is held for nearly all of it.
 *
 * @param {any} capture
 * @param {import('./heap-writer').HeapOptions} options
 * @param {AbortSignal} [signal]
 * @returns {Promise<number>} how long it was held
 */
async function fill(capture, { exposeInternals = false, exposeNumericValues = false }, signal) {
  const start = performance.now();
  try {
    await writeHeap(capture.fd, { exposeInternals, exposeNumericValues });
  } catch (cause) {
    throw await whyV8Failed(capture, cause);
  }
  const pauseMs = performance.now() - start;
  if (signal) {
    // Nobody could abort while the thread was held: let the timers that are due speak before the file gets its name.
    await turn();
    await turn();
    if (signal.aborted) {
      await settle(capture.abort.bind(capture));
      throw signal.reason;
    }
  }
  return pauseMs;
}

/**
 * V8 sees a closed pipe when the file cannot be written: then the addon knows the reason.
 *
 * @param {any} capture
 * @param {any} cause
 */
async function whyV8Failed(capture, cause) {
  try {
    await settle(capture.finish.bind(capture));
  } catch (error) {
    if (/** @type {any} */ (error).code !== 'HEAPHOUND_ERR_CAPTURE') return error;
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  const failure = toError({ code: 'HEAPHOUND_ERR_CAPTURE', message: `no snapshot was taken: V8 could not write it (${reason})` });
  failure.cause = cause;
  return failure;
}

/**
 * Runs the end of a capture. It takes no signal: an end is waited for, so that nothing is left behind.
 *
 * @param {(control: any) => Promise<any>} end
 */
function settle(end) {
  return run({}, end);
}

module.exports = { captureSnapshot };
