'use strict';

// A frozen image of this process: `mode: 'freeze'` of `captureSnapshot`. The snapshot is made from it later, elsewhere
// (`lib/files/thaw.js`).

const { threadId } = require('node:worker_threads');
const { addon } = require('../native');
const { toError, optionError } = require('../errors');
const { MAX_MS, WORK, checkOptions, integer, oneOf, ofType } = require('../options');
const { makeSeal, recipientsOf } = require('../disk/encryption');
const { PLACE } = require('../disk/place');
const { RUNTIME } = require('../runtime');
const { withDeadline } = require('./deadline');
const { captureSnapshot } = require('.');
const { captureByFork, whyNoFork } = require('./fork');
const { forkIds } = require('./fork-ids');
const { lockCapture } = require('./capture-lock');
const { intoStream, writable } = require('./outlet');
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
  stream: writable,
  encryptTo: recipientsOf,
  selfContained: ofType('boolean'),
  maxBytes: integer(0),
  signal: WORK.signal,
  timeoutMs: integer(1, MAX_MS),
  queue: ofType('boolean'),
};

/** Options of other modes, and what to do instead. @type {Record<string, string>} */
const OF_SNAPSHOTS = {
  dir: 'name the file by path',
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

/** Of these an image cannot take the place, and what to do instead. @type {Record<string, string>} */
const NOT_OF_IMAGES = {
  dir: OF_SNAPSHOTS.dir,
  stream: 'name the file by path',
  worker: OF_SNAPSHOTS.worker,
  redact: OF_SNAPSHOTS.redact,
  encryptTo: 'a snapshot is not encrypted; use a store with encryptTo',
};

/**
 * `captureSnapshot` of the API: an image is asked for as a snapshot is.
 *
 * @param {import('../..').CaptureOptions | import('../..').CaptureOrFreezeOptions | import('../..').FreezeOptions}
 *   [options]
 * @returns {Promise<import('../..').CaptureResult | Frozen>}
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
  for (const [name, why] of Object.entries(NOT_OF_IMAGES)) {
    if (/** @type {Record<string, unknown>} */ (options)[name] !== undefined)
      throw optionError('whenNoRoom', `cannot be used with ${name}: ${why}`);
  }
  if (options.path === undefined) throw optionError('whenNoRoom', 'needs path: the image gets its name, with .frozen');
  try {
    return await captureSnapshot(options);
  } catch (error) {
    const isFull = Object(error).code === 'HEAPHOUND_ERR_NO_HEADROOM';
    if (!isFull || whyNoFreeze() !== undefined) throw error;
    const { maxBytes, signal, timeoutMs, queue } = options;
    const image = { mode: /** @type {const} */ ('freeze'), path: `${options.path}.frozen` };
    return /** @type {import('../..').FreezeResult} */ (
      await freezeProcess({ ...image, maxBytes, signal, timeoutMs, queue })
    );
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
 * Why this process cannot be frozen, if so.
 *
 * @returns {string | undefined}
 */
function whyNoFreeze() {
  return whyNoFork() ?? addon.cannotFreeze() ?? undefined;
}

/**
 * @param {import('../..').FreezeOptions | import('../..').FreezeToStreamOptions} options
 * @returns {Promise<Frozen>}
 */
async function freezeProcess(options) {
  for (const [name, why] of Object.entries(OF_SNAPSHOTS))
    if (/** @type {Record<string, unknown>} */ ({ ...options })[name] !== undefined)
      throw optionError(name, `cannot be used with mode freeze: ${why}`);
  const { path, stream, encryptTo, selfContained, maxBytes, signal, timeoutMs, queue } = checkOptions(options, FREEZE);
  if (path === undefined && stream === undefined) throw optionError('path', 'must name the file of the image');
  if (path !== undefined && stream !== undefined) throw optionError('stream', 'cannot be used with path');
  const obstacle = whyNoFreeze();
  if (obstacle !== undefined) throw noImage(obstacle);
  return withDeadline({ signal, timeoutMs }, async (signal) => {
    const lock = await lockCapture({ queue, signal });
    /** @type {import('../disk/encryption').Seal | undefined} */
    let seal;
    try {
      seal = encryptTo && (await makeSeal(encryptTo));
      const how = { seal, selfContained, maxBytes, signal };
      if (stream === undefined) return { path, ...(await freeze(/** @type {string} */ (path), how)) };
      return await intoStream(stream, signal, ({ outlet, flow }) => {
        flow();
        return freeze(outlet, how);
      });
    } finally {
      seal?.key.fill(0);
      lock.release();
    }
  });
}

/**
 * @typedef {Omit<import('../..').FreezeResult, 'path'> & { path?: string }} Frozen without a path for a stream
 */

/**
 * @param {string | import('../native/addon').Outlet} target
 * @param {{ seal?: import('../disk/encryption').Seal, selfContained?: boolean, maxBytes?: number, signal?: AbortSignal }}
 *   how
 * @returns {Promise<Frozen>}
 */
async function freeze(target, { seal, selfContained, maxBytes, signal }) {
  const startedAt = new Date().toISOString();
  const start = performance.now();
  const { pid, version: node } = process;
  const about = { startedAt, runtime: RUNTIME, node, pid, threadId, memory: processMemory() };
  // The engine leaves out what may be a secret.
  const argv = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const image = JSON.stringify({ ...about, v8: process.versions.v8, argv });
  const frozen = await captureByFork({
    target,
    compression: 'none',
    heap: {},
    signal,
    allowanceBytes: ALLOWANCE,
    maxBytes,
    image,
    ids: forkIds(),
    seal,
    selfContained,
    maxWaits: MAX_WAITS,
  });
  if ('refused' in frozen) throw noImage(`the system does not fork this process (${frozen.refused})`);
  const { file, pauseMs, tries, isQuiet } = frozen;
  const { rawBytes, storedBytes, sha256 } = file;
  return {
    mode: 'freeze',
    reason: isQuiet ? QUIET : BUSY,
    isQuiet,
    pauseMs,
    tries,
    durationMs: performance.now() - start,
    rawBytes,
    storedBytes,
    sha256,
    ...(seal && { encrypted: /** @type {const} */ ('age') }),
    ...about,
  };
}

/** @param {string} what */
function noImage(what) {
  return toError({ code: 'HEAPHOUND_ERR_CAPTURE', message: `no image was made: ${what}` }, new Error('at'));
}

module.exports = { captureOrFreeze, freezeProcess, whyNoFreeze };
