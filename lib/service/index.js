'use strict';

// The service: captures into a store, within limits, and analyses of stored snapshots. It knows nothing of HTTP.

const { publish } = require('../channels');
const { diffKnown } = require('../compare/diff');
const { estimate } = require('../room/estimate');
const { checkRoom } = require('../room/headroom');
const { findLeaksAtWork } = require('../compare/leaks');
const { optionError } = require('../errors');
const { ofCapture } = require('../open/provenance');
const { checkOptions } = require('../options');
const { Admission } = require('./admission');
const { analysisRoom } = require('./analysis-room');
const { busyError, shutdownError } = require('./errors');
const { Operation, Operations } = require('./operations');
const { DIFF, LEAKS, REQUEST, SERVICE, snapshotIds } = require('./request');
const { Taker } = require('./take');
const { checkId } = require('../store/about');
const { toStream } = require('../disk/regular-file');
const { unlessGivenUp, within } = require('../../waits/bound');

const DEFAULT_CLOSE_TIMEOUT_MS = 5_000;
const DEFAULT_ANALYSIS_MS = 600_000;
/** Limit for the wait, the capture and the upload together: a longer one would block the next capture. */
const CAPTURE_MS = 3600_000;
/** Default number of rows of a diff. */
const DEFAULT_DIFF_LIMIT = 100;

/**
 * @param {import('../..').ServiceOptions} options
 * @returns {import('../..').Service}
 */
function createService(options) {
  const checked = checkOptions(options, SERVICE);
  if (checked.store === undefined) throw optionError('store', 'must be a store, as openStore makes one');
  return new Service({ ...checked, store: checked.store });
}

class Service {
  #store;
  #capture;
  #analysisLimits;
  #threads;
  #closeTimeoutMs;
  #log;
  #taker;
  #admission;
  #operations;
  /** @type {Operation | undefined} */
  #analysis;
  /** @type {Promise<void> | undefined} */
  #closing;

  /** @param {import('./request').Checked & { store: import('../..').Store }} options */
  constructor({
    store,
    capture = {},
    analysis = {},
    limits = {},
    threads = 1,
    drainMs = 0,
    closeTimeoutMs = DEFAULT_CLOSE_TIMEOUT_MS,
    log,
  }) {
    this.#store = store;
    this.#capture = capture;
    this.#analysisLimits = analysis;
    this.#threads = threads;
    this.#closeTimeoutMs = closeTimeoutMs;
    this.#log = log;
    this.#taker = new Taker(capture, drainMs);
    this.#admission = new Admission(limits);
    this.#operations = new Operations(limits.maxHistory);
  }

  get store() {
    return this.#store;
  }

  get mode() {
    return this.#taker.mode;
  }

  isReady() {
    return !this.#taker.isPauseDue;
  }

  /** @param {import('../..').CaptureRequest} [request] */
  capture(request) {
    const { trigger = 'manual', reason = '', tags = [], redact, by, after } = checkOptions(request, REQUEST);
    const leave = this.#admit({ trigger, reason, by });
    /** @type {Operation<import('../..').StoredSnapshot>} */
    const operation = this.#operations.add(new Operation('capture', { trigger, reason, tags, by }));
    /** @type {{ mode?: 'fork' | 'inline' }} */
    const how = {};
    operation.run(
      async ({ id, signal }) => {
        await (after && unlessGivenUp(after, { signal, graceMs: 0 }));
        operation.begin();
        this.#tell(operation, 'start');
        const take = async (/** @type {import('./take').Target} */ target) => {
          how.mode = this.mode;
          return this.#taker.take(target, { signal, ...(redact && { redact }) });
        };
        operation.snapshot = await this.#store.capture(take, { id, trigger, reason, tags }, { signal });
        return operation.snapshot;
      },
      (error) => {
        leave({ ...how, code: error?.code });
        this.#tell(operation, error === undefined ? 'end' : 'fail');
      },
      { timeoutMs: CAPTURE_MS, option: 'no capture of a service takes longer' },
    );
    return operation;
  }

  /**
   * @param {{ trigger: string, reason: string, by: unknown }} about
   */
  #admit({ trigger, reason, by }) {
    try {
      if (this.#closing) throw shutdownError();
      const leave = this.#admission.enter();
      try {
        this.#checkRoom();
        return leave;
      } catch (error) {
        leave({ code: /** @type {NodeJS.ErrnoException} */ (error).code });
        throw error;
      }
    } catch (error) {
      const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
      publish('refused', { trigger, reason, code, message, by });
      throw error;
    }
  }

  /** Refuses a capture without room while the caller still waits for the answer. The capture checks again. */
  #checkRoom() {
    const { checkHeadroom, maxMemoryBytes, maxPauseMs } = this.#capture;
    if (checkHeadroom !== false)
      checkRoom(estimate('zstd'), { isInline: this.mode === 'inline', maxMemoryBytes, maxPauseMs });
  }

  /**
   * @param {string[]} ids
   * @param {import('../..').ServiceDiffOptions} [options]
   */
  diff(ids, options) {
    const { by, ...checked } = checkOptions(options, DIFF);
    return this.#analyse('diff', snapshotIds(ids, 2), by, (sources, work, known) =>
      diffKnown(sources, { limit: DEFAULT_DIFF_LIMIT, ...checked, ...work }, known),
    );
  }

  /**
   * @param {string[]} ids
   * @param {import('../..').ServiceLeakOptions} [options]
   */
  leaks(ids, options) {
    const { by, ...checked } = checkOptions(options, LEAKS);
    return this.#analyse('leaks', snapshotIds(ids), by, (sources, work, known) =>
      findLeaksAtWork(sources, { ...checked, ...work }, known),
    );
  }

  /**
   * @template T
   * @param {'diff' | 'leaks'} kind
   * @param {string[]} ids
   * @param {unknown} by
   * @param {(sources: import('../..').Source[], work: { maxMemoryBytes?: number, signal: AbortSignal, threads: number
   *   }, known: import('../open/provenance').Provenance[]) => Promise<T>} analyse
   */
  #analyse(kind, ids, by, analyse) {
    if (this.#closing) throw shutdownError();
    if (this.#analysis && !this.#analysis.isOver) throw busyError('another analysis');
    /** @type {Operation<T>} */
    const operation = this.#operations.add(
      new Operation(kind, { trigger: 'manual', reason: '', tags: [], by, snapshots: ids }),
    );
    this.#analysis = operation;
    operation.run(
      async ({ id, signal }) => {
        operation.begin();
        const snapshots = await Promise.all(ids.map((one) => this.#store.get(one)));
        snapshots.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
        operation.snapshots = snapshots.map((snapshot) => snapshot.id);
        const room = analysisRoom(snapshots, this.#analysisLimits);
        const known = snapshots.map(knownOf);
        const document = await this.#holding(operation.snapshots, (sources) =>
          analyse(sources, { ...room, signal, threads: this.#threads }, known),
        );
        await this.#store.putReport(id, document);
        return document;
      },
      (error) => {
        if (error === undefined) operation.readFrom(() => this.#store.report(operation.id));
        this.#tell(operation, error === undefined ? 'end' : 'fail');
      },
      { timeoutMs: this.#analysisLimits.timeoutMs ?? DEFAULT_ANALYSIS_MS, option: '`analysis.timeoutMs`' },
    );
    return operation;
  }

  /**
   * The store deletes none of these snapshots meanwhile.
   *
   * @template T
   * @param {string[]} ids
   * @param {(sources: import('../..').Source[]) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #holding(ids, work) {
    const holds = await Promise.all(ids.map((id) => this.#store.hold(id)));
    /** @type {import('../..').Source[]} */
    const sources = [];
    try {
      for (const id of ids) sources.push(await this.#store.source(id));
      return await work(sources);
    } finally {
      for (const source of sources) if (typeof source === 'object' && 'destroy' in source) source.destroy();
      await Promise.all(holds.map((release) => release()));
    }
  }

  operations() {
    return this.#operations.list();
  }

  /** @param {string} id */
  operation(id) {
    return this.#operations.get(id);
  }

  /** @param {string} id */
  cancel(id) {
    const operation = this.#operations.get(id);
    operation.cancel();
    return operation;
  }

  /** @param {{ limit?: number }} [options] */
  snapshots(options) {
    return this.#store.list(options);
  }

  /** @param {string} id */
  async snapshot(id) {
    return this.#store.get(checkId('id', id));
  }

  /** @param {string} id */
  async read(id) {
    checkId('id', id);
    // A user's store may lack this method.
    return this.#store.read ? this.#store.read(id) : toStream(await this.#store.source(id));
  }

  /** @param {string} id */
  async deleteSnapshot(id) {
    return this.#store.delete(checkId('id', id));
  }

  /** @param {string} id */
  async report(id) {
    return this.#store.report(checkId('id', id));
  }

  /**
   * Publishes the start or the end of an operation.
   *
   * @param {Operation} operation
   * @param {'start' | 'end' | 'fail'} event
   */
  #tell(operation, event) {
    const { id, kind, trigger, reason, tags, by, startedAt, endedAt, snapshot, error } = operation;
    const durationMs = startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : undefined;
    if (kind === 'capture')
      publish('capture', { event, operation: id, trigger, reason, tags, snapshot, ...error, durationMs });
    if (event === 'start') return;
    const { sha256, storedBytes, location } = snapshot ?? {};
    publish('audit', {
      action: kind,
      outcome: event === 'end' ? 'done' : 'failed',
      operation: id,
      by,
      trigger,
      reason,
      sha256,
      storedBytes,
      location,
      durationMs,
      ...error,
    });
    if (event === 'end')
      this.#log?.info(
        { operation: id, kind, trigger, durationMs, pauseMs: snapshot?.pauseMs, storedBytes },
        `heaphound: ${kind} done`,
      );
    else this.#log?.warn({ operation: id, kind, trigger, durationMs, ...error }, `heaphound: ${kind} failed`);
  }

  /** Accepts no new operation, and cancels the running ones. */
  close() {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close() {
    const running = this.#operations.running();
    for (const operation of running) operation.cancel(shutdownError());
    await within(Promise.allSettled(running.map(({ done }) => done)), this.#closeTimeoutMs);
  }
}

/**
 * Facts from the store record, for a snapshot whose bytes come without a sidecar.
 *
 * @param {import('../..').StoredSnapshot} snapshot
 */
function knownOf(snapshot) {
  return { ...ofCapture(snapshot), host: snapshot.host };
}

module.exports = { createService };
