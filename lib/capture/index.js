'use strict';

const { randomUUID } = require('node:crypto');
const path = require('node:path');
const { setImmediate: nextTurn } = require('node:timers/promises');
const { threadId } = require('node:worker_threads');
const { addon, run } = require('../native');
const { toError, optionError } = require('../errors');
const { checkOptions } = require('../options');
const { CAPTURE } = require('./options');
const { captureByFork, whyNoFork } = require('./fork');
const { forkIds, rememberTable } = require('./fork-ids');
const { writeHeap } = require('./heap-writer');
const { withDeadline } = require('./deadline');
const { checkRoom, memoryRoom } = require('../room/headroom');
const { choosePlace, checkPlace } = require('../disk/place');
const { processMemory } = require('./process-memory');
const { estimate, heapNow, remember } = require('../room/estimate');
const { lineEndFinder } = require('./line-ends');
const { areIdsKept, forgetIds, idSpace } = require('./object-ids');
const { checkSidecar, writeSidecar } = require('./sidecar');
const { intoStream } = require('./outlet');
const { RUNTIME } = require('../runtime');
const { toCaptureResult } = require('./result');
const { lockCapture } = require('./capture-lock');
const { ownKey } = require('../redaction-key');
const { captureWorker } = require('./worker');

/** @import * as Addon from '../native/addon' */

/** Why its ids are its own. */
const NO_TABLE = 'a snapshot without a file leaves no table from which ids could go on';
const FORKED = 'a forked child wrote it, which stopped this thread for the fork only';

/**
 * @param {import('../..').CaptureOptions} [options]
 * @returns {Promise<import('../..').CaptureResult>}
 */
async function captureSnapshot(options) {
  const { worker, ...own } = checkOptions(options, CAPTURE);
  checkPlace(own);
  if (own.stream && worker) throw optionError('stream', 'cannot be used with worker');
  const { compression = 'zstd', signal, timeoutMs, queue, ...checked } = own;
  return withDeadline({ signal, timeoutMs }, async (signal) => {
    // It takes the lock, and looks for room, in its own thread.
    if (worker) return captureWorker(worker, { ...checked, compression, queue }, signal);
    const lock = await lockCapture({ queue, signal });
    try {
      return await capture(compression, checked, signal);
    } finally {
      lock.release();
    }
  });
}

/**
 * @typedef {Omit<import('./options').Options, 'worker' | 'queue' | 'signal' | 'timeoutMs' | 'compression'>} Checked
 *   options of `captureSnapshot` that were checked
 */

/**
 * @param {import('../disk/place').Compression} compression
 * @param {Checked} checked
 * @param {AbortSignal} [signal]
 * @returns {Promise<import('../..').CaptureResult>} without a path for a stream
 */
async function capture(compression, checked, signal) {
  const startedAt = new Date();
  const start = performance.now();
  // Before anything is made for the capture.
  const memory = processMemory();
  const { pid, version: node } = process;
  /** @param {Captured} captured */
  const toResult = ({ file, ...how }) => {
    const call = {
      startedAt: startedAt.toISOString(),
      durationMs: performance.now() - start,
      redact: checked.redact,
    };
    return toCaptureResult(how, file, call, { runtime: RUNTIME, node, pid, threadId, memory });
  };
  if (checked.stream) {
    // A child writes while the stream takes. In the process V8 holds the thread: the stream gets its first byte when
    // the snapshot is whole, and until then all of it waits in native memory.
    const captured = await intoStream(checked.stream, signal, (target) =>
      captureInto(target, compression, checked, signal),
    );
    return /** @type {import('../..').CaptureResult} */ (toResult(captured));
  }
  const place = choosePlace(checked, compression, startedAt, { pid: process.pid, threadId });
  try {
    checkSidecar(place.file);
    const captured = await captureInto({ file: place.file }, compression, checked, signal);
    return await writeSidecar({ path: place.file, ...toResult(captured) });
  } catch (error) {
    place.undo();
    throw error;
  }
}

/**
 * Where a snapshot goes: into a file, to whoever takes from a native outlet, or into the job that reads a native feed.
 *
 * `flow` begins to empty the outlet.
 *
 * @typedef {{ file?: string, outlet?: Addon.Outlet, flow?: () => void, feed?: Addon.Feed }} Target
 */

/** @param {Target} target */
function destination({ file, outlet, feed }) {
  return /** @type {string | Addon.Outlet | Addon.Feed} */ (file ?? outlet ?? feed);
}

/**
 * @typedef {{ mode: 'fork' | 'inline', reason: string, pauseMs: number, tries: number, idSpace: string, idSpaceReason?:
 *   string, idsKept: boolean, file: Addon.CapturedFile }} Captured
 */

/**
 * Decides how. A child that failed is never followed by a capture in the process: what a child has no memory or time
 * for, the process has not.
 *
 * @param {Target} target
 * @param {import('../disk/place').Compression} compression
 * @param {Checked} checked
 * @param {AbortSignal} [signal]
 * @returns {Promise<Captured>}
 */
async function captureInto(target, compression, checked, signal) {
  const { mode = 'auto' } = checked;
  if (mode === 'inline') return captureInline(target, compression, checked, signal, 'asked for');
  if (mode === 'auto' && target.file === undefined && (checked.keepIds || areIdsKept())) {
    return captureInline(target, compression, checked, signal, 'ids go on without a file in the process only');
  }
  const obstacle = whyNoFork();
  const forked =
    obstacle === undefined ? await captureForked(target, compression, checked, signal) : { refused: obstacle };
  if (!('refused' in forked)) return forked;
  if (mode === 'fork') throw noSnapshot(forked.refused);
  return captureInline(target, compression, checked, signal, forked.refused);
}

/**
 * @param {Target} target
 * @param {import('../disk/place').Compression} compression
 * @param {Checked} checked
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<Captured | { refused: string }>}
 */
async function captureForked({ file, outlet, flow, feed }, compression, checked, signal) {
  const heap = heapNow();
  // Beyond what may be used the child is ended, whatever was estimated.
  const allowanceBytes = room(file, compression, heap, checked, false) ?? memoryRoom().bytes;
  const options = {
    target: destination({ file, outlet, feed }),
    compression,
    heap: heapOptions(checked),
    signal,
    maxBytes: checked.maxBytes,
    key: checked.redact && ownKey(),
    ids: file === undefined || checked.comparable === false ? undefined : forkIds(),
  };
  if (flow) flow();
  const forked = await captureByFork({
    ...options,
    allowanceBytes: Number.isFinite(allowanceBytes) ? allowanceBytes : undefined,
  });
  if ('refused' in forked) {
    const refused = `the system does not fork this process (${forked.refused})`;
    // Whoever writes to a reader has it for good: nobody else can begin.
    if (file === undefined) throw noSnapshot(refused);
    return { refused };
  }
  remember(heap, forked.file);
  const { idSpace = randomUUID(), idSpaceReason = file === undefined ? NO_TABLE : undefined, hasIdTable } = forked.file;
  if (file !== undefined && hasIdTable) rememberTable(file);
  // V8 numbered the objects in the child: nothing in this process has to be kept up to date.
  const { isQuiet: _, ...how } = forked;
  return { ...how, mode: 'fork', reason: FORKED, idSpace, ...(idSpaceReason && { idSpaceReason }), idsKept: false };
}

/**
 * @param {Target} target
 * @param {import('../disk/place').Compression} compression
 * @param {Checked} checked
 * @param {AbortSignal | undefined} signal
 * @param {string} reason
 * @returns {Promise<Captured>}
 */
async function captureInline(target, compression, checked, signal, reason) {
  const heap = heapNow();
  room(target.file, compression, heap, checked, true);
  if (!areIdsKept()) lineEndFinder()();
  const capture = begin(target, compression, checked);
  const space = idSpace();
  let idsKept = true;
  let pauseMs;
  try {
    pauseMs = await fill(capture, heapOptions(checked), signal);
  } finally {
    if (checked.keepIds !== true) idsKept = !forgetIds();
  }
  const written = await complete(capture.finish.bind(capture));
  remember(heap, written, pauseMs);
  return { mode: 'inline', reason, pauseMs, tries: 1, idSpace: space, idsKept, file: written };
}

/**
 * Refuses what there is no room for, unless the caller knows better.
 *
 * @param {string | undefined} file
 * @param {import('../disk/place').Compression} compression
 * @param {import('../room/estimate').Heap} heap
 * @param {Checked} checked
 * @param {boolean} isInline
 * @returns {number | undefined} bytes that may be used
 */
function room(file, compression, heap, checked, isInline) {
  if (checked.checkHeadroom === false) return undefined;
  return checkRoom(estimate(compression, heap), {
    ...checked,
    directory: file === undefined ? undefined : path.dirname(file),
    isInline,
  }).haveBytes;
}

/**
 * @param {import('./heap-writer').HeapOptions} checked
 * @returns {import('./heap-writer').HeapOptions}
 */
function heapOptions({ exposeInternals = false, exposeNumericValues = false }) {
  return { exposeInternals, exposeNumericValues };
}

/** @param {string} what */
function noSnapshot(what) {
  return toError({ code: 'HEAPHOUND_ERR_CAPTURE', message: `no snapshot was taken: ${what}` }, new Error('at'));
}

/**
 * @param {Target} target
 * @param {import('../disk/place').Compression} compression
 * @param {Checked} checked
 */
function begin({ file, outlet, feed }, compression, { maxBytes, redact }) {
  const capture = addon.startCapture(destination({ file, outlet, feed }), compression, maxBytes, redact && ownKey());
  if (capture instanceof addon.Failure) throw toError(capture, new Error('at'));
  return capture;
}

/**
 * Lets V8 write. The thread is held for nearly all of it.
 *
 * @param {Addon.Capture} capture
 * @param {import('./heap-writer').HeapOptions} heap
 * @param {AbortSignal} [signal]
 * @returns {Promise<number>} how long it was held
 */
async function fill(capture, heap, signal) {
  const start = performance.now();
  try {
    await writeHeap(capture.fd, heap);
  } catch (cause) {
    throw await whyV8Failed(capture, cause);
  }
  const pauseMs = performance.now() - start;
  if (signal) {
    // Nobody could abort while the thread was held: let the timers that are due speak before the file gets its name.
    await nextTurn();
    await nextTurn();
    if (signal.aborted) {
      await complete(capture.abort.bind(capture));
      throw signal.reason;
    }
  }
  return pauseMs;
}

/**
 * V8 sees a closed pipe when the file cannot be written: then the addon knows the reason.
 *
 * @param {Addon.Capture} capture
 * @param {unknown} cause
 */
async function whyV8Failed(capture, cause) {
  try {
    await complete(capture.finish.bind(capture));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'HEAPHOUND_ERR_CAPTURE') return error;
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  const failure = noSnapshot(`V8 could not write it (${reason})`);
  failure.cause = cause;
  return failure;
}

/**
 * Runs the end of a capture. It takes no signal: an end is waited for, so that nothing is left behind.
 *
 * @template T
 * @param {(control: Addon.Control) => Promise<T>} end
 */
function complete(end) {
  return run({}, end);
}

module.exports = { captureSnapshot, captureInto };
