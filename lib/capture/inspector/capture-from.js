'use strict';

// The heap of another process, by its inspector.

const { randomUUID } = require('node:crypto');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { addon, run } = require('../../native');
const { inspectorError, optionError } = require('../../errors');
const { MAX_MS, WORK, checkOptions, integer, ofType } = require('../../options');
const { EVERY } = require('../options');
const { PLACE, checkPlace, choosePlace } = require('../../disk/place');
const { checkRoom, memoryRoom } = require('../../room/headroom');
const { estimate, heapOf } = require('../../room/estimate');
const { REDACTION, redactionKey } = require('../../redaction-key');
const { withDeadline } = require('../deadline');
const { toCaptureResult } = require('../result');
const { checkSidecar, writeSidecar } = require('../sidecar');
const { FACTS, checkFacts } = require('./facts');
const { connect, reachWorkers } = require('./client');
const { knock, openDoor } = require('./door');
const { firstOf } = require('../../../waits/signal');

const TARGET = {
  inspect: portOrUrl,
  pid: integer(1, MAX_MS),
  signal: WORK.signal,
  timeoutMs: EVERY.timeoutMs,
};
const CAPTURE = {
  ...TARGET,
  ...EVERY,
  ...PLACE,
  ...REDACTION,
  worker: integer(1),
  onProgress: WORK.onProgress,
  // It has no effect: V8 forgets its ids when the session ends. `captureSeriesFrom` takes several in one.
  keepIds: ofType('boolean'),
};

/** @typedef {{ [Name in keyof typeof CAPTURE]?: ReturnType<typeof CAPTURE[Name]> }} Checked */

const SERIES = { ...CAPTURE, count: integer(1), intervalMs: integer(0, MAX_MS) };

const REASON = 'another process can be captured only by its inspector';
const CLOSE = 'setImmediate(() => process._debugEnd()), true';
/** For how long nothing comes from a process that is waited for after a failure, before it is left anyway. */
const PATIENCE_MS = 10_000;

/** The values of `inspector` in a result. */
const OPENED = 'opened and closed again';
const WAS_OPEN = 'was open';

/** @typedef {import('./client').Connection} Connection */
/** @typedef {Connection['dialogue']} Dialogue */

/**
 * @param {import('../../..').CaptureFromOptions} options
 * @returns {Promise<import('../../..').CaptureFromResult>}
 */
async function captureFrom(options) {
  const checked = checkOptions(options, CAPTURE);
  checkPlace(checked);
  const { result, inspector } = await withTarget(checked, async (connection, signal) => {
    return capture(
      await threadOf(connection, checked.worker),
      connection,
      checked,
      { idSpace: randomUUID(), idsKept: false },
      signal,
    );
  });
  return { ...result, inspector };
}

/**
 * Several in one session of the inspector: V8 forgets the ids of objects when a session ends, whatever it did.
 *
 * @param {import('../../..').CaptureSeriesOptions} options
 * @returns {AsyncGenerator<import('../../..').CaptureFromResult, void, void>}
 */
async function* captureSeriesFrom(options) {
  const { count = 3, intervalMs = 0, timeoutMs, ...checked } = checkOptions(options, SERIES);
  checkPlace(checked);
  if (checked.path !== undefined && count > 1)
    throw optionError('path', 'is one file: name a directory by `dir` for several');
  const { signal } = checked;
  /** @type {import('../../..').CaptureFromResult[]} */
  const taken = [];
  let wake = () => {};
  /** @type {{ error: unknown } | undefined} */
  let failed;
  let isOver = false;
  const stop = new AbortController();
  const first = firstOf([signal, stop.signal]);
  const work = withTarget({ ...checked, signal: first.signal }, async (connection) => {
    const target = await threadOf(connection, checked.worker);
    const idSpace = randomUUID();
    for (let at = 0; at < count && !isOver; at += 1) {
      if (at > 0) await Promise.race([pause(intervalMs, first.signal), connection.ended]);
      const inspector = connection.wasOpened ? OPENED : WAS_OPEN;
      const ids = { idSpace, idsKept: at + 1 < count };
      const limits = { signal: first.signal, timeoutMs };
      const result = await withDeadline(limits, (limit) => capture(target, connection, checked, ids, limit));
      taken.push({ ...result, inspector });
      wake();
    }
  })
    .catch((error) => (failed = { error }))
    .finally(() => {
      isOver = true;
      wake();
    });
  try {
    while (!isOver || taken.length > 0) {
      const next = taken.shift();
      if (next) yield next;
      else await new Promise((/** @type {(value?: undefined) => void} */ resolve) => (wake = resolve));
    }
    if (failed) throw failed.error;
  } finally {
    // Whoever leaves the loop early does not wait for the next one.
    isOver = true;
    stop.abort(new Error('nobody waits for more'));
    await work;
    first.forget();
  }
}

/**
 * @param {Connection} connection
 * @param {number} [worker]
 * @returns {Promise<Dialogue>}
 */
async function threadOf({ dialogue }, worker) {
  if (worker === undefined) return dialogue;
  const thread = (await reachWorkers(dialogue)).dialogue(worker);
  if (thread === undefined) throw inspectorError(`the process has no worker thread ${worker}`);
  return thread;
}

/**
 * @param {import('../../..').InspectOptions} options
 * @returns {Promise<import('../../..').InspectedWorker[]>}
 */
async function listWorkers(options) {
  const target = checkOptions(options, TARGET);
  const { result } = await withTarget(target, async ({ dialogue }) => (await reachWorkers(dialogue)).workers);
  return result;
}

/**
 * Talks to the process that the options name; leaves its inspector as it was.
 *
 * @template T
 * @param {import('../../..').InspectOptions} options
 * @param {(connection: Connection & { wasOpened: boolean }, signal: AbortSignal | undefined) => Promise<T>} work
 * @returns {Promise<{ result: T, inspector: import('../../..').CaptureFromResult['inspector'] }>}
 */
async function withTarget({ inspect, pid, signal, timeoutMs }, work) {
  const target = inspect ?? pid;
  if (target === undefined || (inspect !== undefined && pid !== undefined))
    throw optionError('inspect', 'or pid has to be there, and not both');
  if (pid === process.pid) throw optionError('pid', 'is this process: use captureSnapshot');
  return withDeadline({ signal, timeoutMs }, async (signal) => {
    const door = await (pid === undefined ? knock(target) : openDoor(pid));
    let result;
    try {
      const connection = await connect(door.url, signal);
      try {
        result = await work({ ...connection, wasOpened: door.wasOpened }, signal);
      } finally {
        if (door.wasOpened) await connection.dialogue.evaluate(CLOSE).catch(() => {});
        await connection.close();
      }
    } finally {
      // After a failure the connection may be gone before the process got the message: a new one brings it.
      // This error counts more than the one on its way: an inspector is open that nobody knows of.
      if (door.wasOpened && !(await isClosed(door)))
        // oxlint-disable-next-line no-unsafe-finally
        throw inspectorError(`that of process ${pid} was opened and could not be closed again`);
    }
    return { result, inspector: door.wasOpened ? OPENED : WAS_OPEN };
  });
}

/** @param {Awaited<ReturnType<typeof openDoor>>} door */
async function isClosed(door) {
  const again = await connect(door.url).catch(() => undefined);
  if (again) {
    await again.dialogue.evaluate(CLOSE).catch(() => {});
    await again.close();
  }
  return door.isShut();
}

/**
 * @param {Dialogue} target
 * @param {Connection} connection
 * @param {Checked} options
 * @param {{ idSpace: string, idsKept: boolean }} ids
 * @param {AbortSignal} [signal]
 * @returns {Promise<import('../../..').CaptureFromResult>}
 */
async function capture(target, connection, options, { idSpace, idsKept }, signal) {
  const {
    compression = 'zstd',
    worker = 0,
    onProgress,
    exposeInternals = false,
    exposeNumericValues = false,
  } = options;
  const startedAt = new Date();
  const start = performance.now();
  const facts = checkFacts(await target.evaluate(FACTS));
  const heap = facts.spaces === undefined ? await heapInUse(target) : heapOf(facts.spaces);
  const place = choosePlace(options, compression, startedAt, { pid: facts.pid, threadId: worker });
  const feed = new addon.Feed();
  try {
    checkSidecar(place.file);
    if (options.checkHeadroom !== false) {
      const room =
        options.pid === undefined
          ? { bytes: facts.availableBytes ?? Infinity, limit: 'its process.availableMemory()' }
          : memoryRoom({ pid: options.pid });
      checkRoom(estimate(compression, heap, null), { ...options, directory: path.dirname(place.file), room });
    }
    const packing = { compression, maxBytes: options.maxBytes, key: redactionKey(options) };
    const archive = run({ signal }, (control) => addon.archiveSnapshot(feed, place.file, packing, control));
    // It is waited for below; until then it may fail unseen.
    archive.catch(() => {});
    // From here on the end of the session forgets the ids too, whatever ends it.
    await target.call('HeapProfiler.enable');
    const pauseMs = await drain(
      target,
      connection,
      feed,
      archive,
      { reportProgress: onProgress !== undefined, exposeInternals, captureNumericValue: exposeNumericValues },
      onProgress,
    );
    if (!idsKept) await target.call('HeapProfiler.disable');
    feed.end();
    const file = await archive;
    const mode = /** @type {const} */ ('inspector');
    const call = {
      startedAt: startedAt.toISOString(),
      durationMs: performance.now() - start,
      redact: options.redact,
    };
    const { runtime, version: runtimeVersion, node, pid } = facts;
    const whose = {
      runtime,
      runtimeVersion,
      ...(node !== undefined && { node }),
      ...(pid !== undefined && { pid }),
      threadId: worker,
    };
    const how = { path: place.file, mode, reason: REASON, pauseMs, idSpace, idsKept };
    return await writeSidecar(toCaptureResult(how, file, call, whose));
  } catch (error) {
    place.undo();
    throw error;
  } finally {
    feed.close();
  }
}

/**
 * Has the process write its heap, and hands every piece on before the next one is read.
 *
 * Node.js before 24 crashes when its inspector is left while it writes a heap. So from the first piece on whatever
 * goes wrong here has to wait: the rest is read
 * and thrown away, as fast as it comes.
 *
 * @param {Dialogue} target
 * @param {Connection} connection
 * @param {import('../../native/addon').Feed} feed
 * @param {Promise<unknown>} archive
 * @param {object} params
 * @param {(progress: import('../../..').Progress) => void} [onProgress]
 * @returns {Promise<number>} how long the process was busy with it, in milliseconds
 */
async function drain(target, connection, feed, archive, params, onProgress) {
  let bytes = 0;
  /** @type {{ error: unknown, patience: NodeJS.Timeout } | undefined} */
  let failed;
  /** @param {string} chunk */
  const store = async (chunk) => {
    bytes += chunk.length;
    if (onProgress) onProgress({ stage: 'writing', done: bytes, total: 0, snapshot: 0 });
    if (await feed.push(Buffer.from(chunk))) return;
    // Whoever makes the file has ended: it knows why.
    await archive;
    throw inspectorError('the file ended early');
  };
  target.on('HeapProfiler.addHeapSnapshotChunk', async ({ chunk }) => {
    connection.hold();
    if (failed) failed.patience.refresh();
    else
      await store(chunk).catch(
        (error) => (failed = { error, patience: setTimeout(() => connection.cut(error), PATIENCE_MS) }),
      );
  });
  target.on('HeapProfiler.reportHeapSnapshotProgress', ({ done, total }) => {
    if (onProgress) onProgress({ stage: 'capturing', done, total, snapshot: 0 });
  });
  // A file that cannot be made has failed by now: then nobody has to stand still.
  await Promise.race([archive, delay(20)]);
  const start = performance.now();
  try {
    await target.call('HeapProfiler.takeHeapSnapshot', params);
    if (failed) throw failed.error;
  } finally {
    clearTimeout(failed?.patience);
    connection.letGo();
  }
  return performance.now() - start;
}

/**
 * For a process that does not list its heap spaces: all bytes in use count as small objects.
 *
 * @param {Dialogue} target
 */
async function heapInUse(target) {
  const { usedSize } = await target.call('Runtime.getHeapUsage').catch(() => ({ usedSize: 0 }));
  return { small: Number(usedSize) || 0, large: 0 };
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal
 */
async function pause(ms, signal) {
  await delay(ms, undefined, { signal }).catch(() => {
    throw signal.reason;
  });
}

/** @type {import('../../options').Check<number | string>} */
function portOrUrl(name, value) {
  const isPort = Number.isInteger(value) && value > 0 && value < 65536;
  if (!isPort && (typeof value !== 'string' || value === ''))
    throw optionError(name, 'must be a port, host:port, or the URL of an inspector');
  return value;
}

module.exports = { captureFrom, captureSeriesFrom, listWorkers };
