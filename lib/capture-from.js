'use strict';

// The heap of another process, by its inspector.

const { randomUUID } = require('node:crypto');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { addon, run } = require('./native');
const { inspectorError, optionError } = require('./errors');
const { WORK, checkOptions, integer, ofType } = require('./options');
const { PLACE, checkPlace, choosePlace } = require('./place');
const { checkRoom, memoryRoom } = require('./headroom');
const { estimate, heapOf } = require('./estimate');
const { REDACTION, redactionKey } = require('./redaction-key');
const { withDeadline } = require('./deadline');
const { checkSidecar, writeSidecar } = require('./sidecar');
const { connect, reachWorkers } = require('./inspector-client');
const { knock, openDoor } = require('./inspector-door');

/** @type {Record<string, import('./options').Check>} */
const TARGET = { inspect: portOrUrl, pid: integer(1, 2 ** 31 - 1), signal: WORK.signal, timeoutMs: integer(1, 2 ** 31 - 1) };
const CAPTURE = {
  ...TARGET,
  ...PLACE,
  ...REDACTION,
  worker: integer(1),
  onProgress: WORK.onProgress,
  exposeInternals: ofType('boolean'),
  exposeNumericValues: ofType('boolean'),
  keepIds: ofType('boolean'),
  maxBytes: integer(0),
  maxMemoryBytes: integer(0),
  maxPauseMs: integer(0),
  checkHeadroom: ofType('boolean'),
};

/** What is asked of the process before: run there. `ID_SPACE` is the name of a symbol in its global object. */
const ID_SPACE = 'heaphound.idSpace';
const FACTS = `(() => {
  const load = process.getBuiltinModule ?? require;
  return {
    pid: process.pid,
    node: process.version,
    spaces: load('node:v8').getHeapSpaceStatistics(),
    availableBytes: process.availableMemory?.() ?? null,
    idSpace: (globalThis[Symbol.for('${ID_SPACE}')] ??= ID),
  };
})()`;
const CLOSE = 'setImmediate(() => process._debugEnd()), true';
/** For how long nothing comes from a process that is waited for after a failure, before it is left anyway. */
const PATIENCE_MS = 10_000;

/** @typedef {import('./inspector-client').Connection} Connection */
/** @typedef {Connection['dialogue']} Dialogue */

/**
 * @param {import('..').CaptureFromOptions} options
 * @returns {Promise<import('..').CaptureFromResult>}
 */
async function captureFrom(options) {
  const checked = checkOptions(options, CAPTURE);
  checkPlace(checked);
  return withTarget(checked, async (connection, signal) => {
    const main = connection.dialogue;
    const target = checked.worker === undefined ? main : (await reachWorkers(main)).dialogue(checked.worker);
    if (target === undefined) throw inspectorError(`the process has no worker thread ${checked.worker}`);
    return capture(target, connection, checked, signal);
  });
}

/**
 * @param {import('..').InspectOptions} options
 * @returns {Promise<import('..').InspectedWorker[]>}
 */
async function listWorkers(options) {
  return withTarget(checkOptions(options, TARGET), async ({ dialogue }) => (await reachWorkers(dialogue)).workers);
}

/**
 * Talks to the process that the options name; leaves its inspector as it was.
 *
 * @template T
 * @param {any} options
 * @param {(connection: Connection, signal: AbortSignal | undefined) => Promise<T>} work
 * @returns {Promise<T & { inspector?: string }>}
 */
async function withTarget({ inspect, pid, signal, timeoutMs }, work) {
  if ((inspect === undefined) === (pid === undefined)) throw optionError('inspect', 'or pid has to be there, and not both');
  if (pid === process.pid) throw optionError('pid', 'is this process: use captureSnapshot');
  return withDeadline({ signal, timeoutMs }, async (signal) => {
    const door = await (pid === undefined ? knock(inspect) : openDoor(pid));
    /** @type {any} */
    let result;
    try {
      const connection = await connect(door.url, signal);
      try {
        result = await work(connection, signal);
      } finally {
        if (door.wasOpened) await connection.dialogue.evaluate(CLOSE).catch(() => {});
        await connection.close();
      }
    } finally {
      // After a failure the connection may be gone before the process was told: a new one tells it.
      if (door.wasOpened && !(await isClosed(door))) throw inspectorError(`that of process ${pid} was opened and could not be closed again`);
    }
    if (result.mode) result.inspector = door.wasOpened ? 'opened and closed again' : 'was open';
    return result;
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
 * @param {any} options
 * @param {AbortSignal} [signal]
 * @returns {Promise<import('..').CaptureFromResult>}
 */
async function capture(target, connection, options, signal) {
  const { compression = 'zstd', worker = 0, onProgress, keepIds = false, exposeInternals = false, exposeNumericValues = false } = options;
  const startedAt = new Date();
  const start = performance.now();
  const facts = await target.evaluate(FACTS.replace('ID)', `${JSON.stringify(randomUUID())})`));
  const place = choosePlace(options, compression, startedAt, { pid: facts.pid, threadId: worker });
  const feed = new addon.Feed();
  try {
    checkSidecar(place.file);
    if (options.checkHeadroom !== false) {
      const room = options.pid === undefined ? { bytes: facts.availableBytes ?? Infinity, limit: 'its process.availableMemory()' } : memoryRoom({ pid: options.pid });
      checkRoom(estimate(compression, heapOf(facts.spaces), null), { ...options, directory: path.dirname(place.file), room });
    }
    const packing = { compression, maxBytes: options.maxBytes, key: redactionKey(options) };
    const archive = run({ signal }, (control) => addon.archiveSnapshot(feed, place.file, packing, control));
    // It is waited for below; until then it may fail unseen.
    archive.catch(() => {});
    // From here on the end of the session forgets the ids too, whatever ends it.
    if (!keepIds) await target.call('HeapProfiler.enable');
    const pauseMs = await drain(target, connection, feed, archive, { reportProgress: onProgress !== undefined, exposeInternals, captureNumericValue: exposeNumericValues }, onProgress);
    if (!keepIds) await forgetIds(target);
    feed.end();
    const file = await archive;
    const result = {
      path: place.file,
      mode: 'inspector',
      reason: 'another process can be captured only by its inspector',
      pauseMs,
      durationMs: performance.now() - start,
      rawBytes: file.rawBytes,
      storedBytes: file.storedBytes,
      nodeCount: file.nodeCount,
      edgeCount: file.edgeCount,
      sha256: file.sha256,
      ...(options.redact && { redact: options.redact }),
      idSpace: facts.idSpace,
      idsKept: keepIds,
      node: facts.node,
      pid: facts.pid,
      threadId: worker,
      startedAt: startedAt.toISOString(),
    };
    return /** @type {any} */ (await writeSidecar(/** @type {any} */ (result)));
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
 * Node.js before 24 crashes when its inspector is left while it writes a heap. So from the first piece on whatever goes wrong here has to wait: the rest is read
 * and thrown away, as fast as it comes.
 *
 * @param {Dialogue} target
 * @param {Connection} connection
 * @param {any} feed
 * @param {Promise<unknown>} archive
 * @param {object} params
 * @param {(progress: import('..').Progress) => void} [onProgress]
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
    else await store(chunk).catch((error) => (failed = { error, patience: setTimeout(() => connection.cut(error), PATIENCE_MS) }));
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

/** @param {Dialogue} target */
async function forgetIds(target) {
  await target.call('HeapProfiler.disable');
  await target.evaluate(`delete globalThis[Symbol.for('${ID_SPACE}')]`);
}

/** @type {import('./options').Check} */
function portOrUrl(name, value) {
  const isPort = Number.isInteger(value) && value > 0 && value < 65536;
  if (!isPort && (typeof value !== 'string' || value === '')) throw optionError(name, 'must be a port, host:port, or the URL of an inspector');
  return value;
}

module.exports = { captureFrom, listWorkers };
