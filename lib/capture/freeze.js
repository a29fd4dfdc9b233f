'use strict';

// A frozen image of this process: `mode: 'freeze'` of `captureSnapshot`. The snapshot is made from it later, elsewhere
// (`lib/files/thaw.js`).

const { threadId } = require('node:worker_threads');
const { addon } = require('../native');
const { toError, optionError } = require('../errors');
const { MAX_MS, WORK, checkOptions, integer, oneOf, ofType } = require('../options');
const { PLACE } = require('../disk/place');
const { RUNTIME } = require('../runtime');
const { withDeadline } = require('./deadline');
const { captureSnapshot } = require('.');
const { captureByFork, whyNoFork } = require('./fork');
const { forkIds } = require('./fork-ids');
const { lockCapture } = require('./capture-lock');
const { processMemory } = require('./process-memory');

/** By how much the forked child may grow: its buffers take a tenth of it. */
const ALLOWANCE = 64 << 20;
/** Moments that may turn out not to be quiet, half a second each: a thread that works may hold a lock for ever. */
const MAX_WAITS = 10;
const QUIET = 'a forked child wrote its own memory, while no other thread worked';
const BUSY = 'a forked child wrote its own memory, but other threads never rested: the image may not thaw';

const FREEZE = {
  mode: oneOf(['freeze']),
  path: PLACE.path,
  maxBytes: integer(0),
  signal: WORK.signal,
  timeoutMs: integer(1, MAX_MS),
  queue: ofType('boolean'),
};

/** Options of other modes, and what to do instead. @type {Record<string, string>} */
const OF_SNAPSHOTS = {
  dir: 'name the file by path',
  stream: 'name the file by path',
  worker: 'call captureSnapshot in the worker',
  compression: 'an image is always compressed',
  redact: 'an image is the whole memory; redact when it is thawed',
  keepIds: 'ids are made when the image is thawed',
  comparable: 'ids are made when the image is thawed',
  checkHeadroom: 'it needs no memory for a snapshot',
  maxMemoryBytes: 'it needs no memory for a snapshot',
  maxPauseMs: 'the thread stands still for the fork only',
  exposeInternals: 'ask for them when the image is thawed',
  exposeNumericValues: 'ask for them when the image is thawed',
};

/** Of these an image cannot take the place. `redact`: an image is the whole memory. */
const NOT_OF_IMAGES = ['dir', 'stream', 'worker', 'redact'];

/**
 * `captureSnapshot` of the API: an image is asked for as a snapshot is.
 *
 * @param {import('../..').CaptureOptions | import('../..').CaptureOrFreezeOptions | import('../..').FreezeOptions}
 *   [options]
 * @returns {Promise<import('../..').CaptureResult | import('../..').FreezeResult>}
 */
async function captureOrFreeze(options) {
  if (isFreeze(options)) return freezeProcess(options);
  if (Object(options).whenNoRoom === undefined)
    return captureSnapshot(/** @type {import('../..').CaptureOptions | undefined} */ (options));
  return captureElseFreeze(/** @type {import('../..').CaptureOrFreezeOptions} */ (options));
}

/**
 * A snapshot where there is room for it, and else an image beside its path.
 *
 * @param {import('../..').CaptureOrFreezeOptions} options
 * @returns {Promise<import('../..').CaptureResult | import('../..').FreezeResult>}
 */
async function captureElseFreeze({ whenNoRoom, ...options }) {
  if (whenNoRoom !== 'freeze') throw optionError('whenNoRoom', 'must be freeze');
  for (const name of NOT_OF_IMAGES) {
    if (/** @type {Record<string, unknown>} */ (options)[name] !== undefined)
      throw optionError('whenNoRoom', `cannot be used with ${name}: ${OF_SNAPSHOTS[name]}`);
  }
  if (options.path === undefined) throw optionError('whenNoRoom', 'needs path: the image gets its name, with .frozen');
  try {
    return await captureSnapshot(options);
  } catch (error) {
    const isFull = Object(error).code === 'HEAPHOUND_ERR_NO_HEADROOM';
    if (!isFull || whyNoFork() !== undefined || addon.cannotFreeze() !== null) throw error;
    const { maxBytes, signal, timeoutMs, queue } = options;
    return freezeProcess({ mode: 'freeze', path: `${options.path}.frozen`, maxBytes, signal, timeoutMs, queue });
  }
}

/**
 * @param {unknown} options
 * @returns {options is import('../..').FreezeOptions}
 */
function isFreeze(options) {
  return typeof options === 'object' && options !== null && 'mode' in options && options.mode === 'freeze';
}

/**
 * @param {import('../..').FreezeOptions} options
 * @returns {Promise<import('../..').FreezeResult>}
 */
async function freezeProcess(options) {
  for (const [name, why] of Object.entries(OF_SNAPSHOTS))
    if (/** @type {Record<string, unknown>} */ ({ ...options })[name] !== undefined)
      throw optionError(name, `cannot be used with mode freeze: ${why}`);
  const { path, maxBytes, signal, timeoutMs, queue } = checkOptions(options, FREEZE);
  if (path === undefined) throw optionError('path', 'must name the file of the image');
  const obstacle = whyNoFork() ?? addon.cannotFreeze() ?? undefined;
  if (obstacle !== undefined) throw noImage(obstacle);
  return withDeadline({ signal, timeoutMs }, async (signal) => {
    const lock = await lockCapture({ queue, signal });
    try {
      return await freeze(path, maxBytes, signal);
    } finally {
      lock.release();
    }
  });
}

/**
 * @param {string} path
 * @param {number | undefined} maxBytes
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<import('../..').FreezeResult>}
 */
async function freeze(path, maxBytes, signal) {
  const startedAt = new Date().toISOString();
  const start = performance.now();
  const { pid, version: node } = process;
  const about = { startedAt, runtime: RUNTIME, node, pid, threadId, memory: processMemory() };
  // The engine leaves out what may be a secret.
  const argv = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const image = JSON.stringify({ ...about, v8: process.versions.v8, argv });
  const frozen = await captureByFork({
    target: path,
    compression: 'none',
    heap: {},
    signal,
    allowanceBytes: ALLOWANCE,
    maxBytes,
    image,
    ids: forkIds(),
    maxWaits: MAX_WAITS,
  });
  if ('refused' in frozen) throw noImage(`the system does not fork this process (${frozen.refused})`);
  const { file, pauseMs, tries, isQuiet } = frozen;
  const { rawBytes, storedBytes, sha256 } = file;
  return {
    path,
    mode: 'freeze',
    reason: isQuiet ? QUIET : BUSY,
    isQuiet,
    pauseMs,
    tries,
    durationMs: performance.now() - start,
    rawBytes,
    storedBytes,
    sha256,
    ...about,
  };
}

/** @param {string} what */
function noImage(what) {
  return toError({ code: 'HEAPHOUND_ERR_CAPTURE', message: `no image was made: ${what}` }, new Error('at'));
}

module.exports = { captureOrFreeze };
