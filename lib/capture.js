'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setImmediate: turn } = require('node:timers/promises');
const { threadId } = require('node:worker_threads');
const { addon, run } = require('./native');
const { toError, optionError } = require('./errors');
const { WORK, checkOptions, integer, ofType, oneOf } = require('./options');
const { writeHeap } = require('./heap-writer');
const { withDeadline } = require('./deadline');
const { checkRoom } = require('./headroom');
const { estimate, heapNow, remember } = require('./estimate');
const { forgetIds, idSpace } = require('./object-ids');
const { takeTurn } = require('./turn');

const SUFFIXES = { zstd: '.zst', gzip: '.gz', none: '' };

const CAPTURE = {
  path: filePath,
  dir: filePath,
  compression: oneOf(Object.keys(SUFFIXES)),
  signal: WORK.signal,
  exposeInternals: ofType('boolean'),
  exposeNumericValues: ofType('boolean'),
  keepIds: ofType('boolean'),
  queue: ofType('boolean'),
  timeoutMs: integer(1, 2 ** 31 - 1),
  maxBytes: integer(0),
  maxMemoryBytes: integer(0),
  maxPauseMs: integer(0),
  checkHeadroom: ofType('boolean'),
};

/** Captures of this thread so far, for names that never repeat. */
let count = 0;
/** The directory of this thread's captures that have no other: made by the first of them. @type {string | undefined} */
let ownDirectory;

/**
 * @param {import('..').CaptureOptions} [options]
 * @returns {Promise<import('..').CaptureResult>}
 */
async function captureSnapshot(options) {
  const { compression = 'zstd', signal, timeoutMs, queue, ...checked } = checkOptions(options, CAPTURE);
  if (checked.path !== undefined && checked.dir !== undefined) throw optionError('dir', 'cannot be used with path');
  return withDeadline({ signal, timeoutMs }, async (signal) => {
    const turn = await takeTurn({ queue, signal });
    try {
      return await capture(compression, checked, signal);
    } finally {
      turn.release();
    }
  });
}

/**
 * @param {keyof typeof SUFFIXES} compression
 * @param {any} checked
 * @param {AbortSignal} [signal]
 * @returns {Promise<import('..').CaptureResult>}
 */
async function capture(compression, checked, signal) {
  const startedAt = new Date();
  const start = performance.now();
  const place = choosePlace(checked, compression, startedAt);
  try {
    const heap = heapNow();
    const room = { ...checked, directory: path.dirname(place.file) };
    if (checked.checkHeadroom !== false) checkRoom(estimate(compression, heap), room);
    const capture = begin(place.file, compression, checked.maxBytes);
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
    return {
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
      idSpace: space,
      idsKept,
      node: process.version,
      pid: process.pid,
      threadId,
      startedAt: startedAt.toISOString(),
    };
  } catch (error) {
    place.undo();
    throw error;
  }
}

/**
 * @param {string} file
 * @param {string} compression
 * @param {number} [maxBytes]
 */
function begin(file, compression, maxBytes) {
  const capture = addon.startCapture(file, compression, maxBytes);
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

/**
 * @param {{ path?: string, dir?: string }} options
 * @param {keyof typeof SUFFIXES} compression
 * @param {Date} now
 * @returns {{ file: string, undo: () => void }} `undo` removes a directory that was made for nothing
 */
function choosePlace(options, compression, now) {
  if (options.path !== undefined) return { file: options.path, undo: () => {} };
  count += 1;
  const time = now.toISOString().replace(/[-:.]/g, '');
  const name = `heaphound-${process.pid}-${threadId}-${time}-${count}.heapsnapshot${SUFFIXES[compression]}`;
  if (options.dir !== undefined) return { file: path.join(options.dir, name), undo: () => {} };
  const { directory, undo } = privateDirectory();
  return { file: path.join(directory, name), undo };
}

function privateDirectory() {
  if (ownDirectory !== undefined && isOurs(ownDirectory)) return { directory: ownDirectory, undo: () => {} };
  const prefix = path.join(os.tmpdir(), 'heaphound-');
  let made = '';
  try {
    made = fs.mkdtempSync(prefix);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw toError({ code: 'HEAPHOUND_ERR_IO', message: `cannot make a directory in ${os.tmpdir()}: ${reason}` }, new Error('at'));
  }
  ownDirectory = made;
  const undo = () => {
    ownDirectory = undefined;
    try {
      fs.rmdirSync(made);
    } catch {
      // Another file is in it by now: it stays.
    }
  };
  return { directory: made, undo };
}

/**
 * Somebody may have removed the directory since, or put something else in its place.
 *
 * @param {string} directory
 */
function isOurs(directory) {
  const facts = fs.lstatSync(directory, { throwIfNoEntry: false });
  if (facts === undefined || !facts.isDirectory()) return false;
  return process.getuid === undefined || (facts.uid === process.getuid() && (facts.mode & 0o77) === 0);
}

/**
 * @param {string} name
 * @param {any} value
 */
function filePath(name, value) {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) throw optionError(name, 'must be a path');
  return path.resolve(value);
}

module.exports = { captureSnapshot };
