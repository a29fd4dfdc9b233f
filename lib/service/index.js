'use strict';

// The service: captures into a store, within limits, and analyses of stored snapshots. It knows nothing of HTTP.

const { publish } = require('../channels');
const { diffKnown } = require('../compare/diff');
const { estimate } = require('../room/estimate');
const { checkRoom } = require('../room/headroom');
const { whyNoFreeze } = require('../capture/freeze');
const { findLeaksAtWork } = require('../compare/leaks');
const { optionError, reportError } = require('../errors');
const { reportOfLeaks } = require('../report/answer');
const { emptyPage, reportPage } = require('../report/page');
const { ofCapture } = require('../open/provenance');
const { checkOptions, integer } = require('../options');
const { Admission } = require('./admission');
const { analysisRoom } = require('./analysis-room');
const { busyError, freezeForbiddenError, shutdownError } = require('./errors');
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
  if (checked.allowFreeze && checked.capture?.redact)
    throw optionError('allowFreeze', 'cannot be used with capture.redact: an image is the whole memory');
  if (checked.whenNoRoom && !checked.allowFreeze) throw optionError('whenNoRoom', 'needs allowFreeze: true');
  return new Service({ ...checked, store: checked.store });
}

class Service {
  #store;
  #capture;
  #analysisLimits;
  #threads;
  #allowFreeze;
  #whenNoRoom;
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
    allowFreeze = false,
    whenNoRoom,
    threads = 1,
    drainMs = 0,
    closeTimeoutMs = DEFAULT_CLOSE_TIMEOUT_MS,
    log,
  }) {
    this.#store = store;
    this.#capture = capture;
    this.#analysisLimits = analysis;
    this.#allowFreeze = allowFreeze;
    this.#whenNoRoom = whenNoRoom;
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

  get allowsFreeze() {
    return this.#allowFreeze;
  }

  isReady() {
    return !this.#taker.isPauseDue;
  }

  /** @param {import('../..').CaptureRequest} [request] */
  capture(request) {
    const { trigger = 'manual', reason = '', tags = [], redact, mode, by, after } = checkOptions(request, REQUEST);
    if (mode && redact) throw optionError('redact', 'cannot be used with mode freeze: an image is the whole memory');
    // What was to be redacted is not in an image either.
    const mayFreeze = mode === 'freeze' || (this.#whenNoRoom === 'freeze' && !redact && whyNoFreeze() === undefined);
    const { leave, isImage } = this.#admit({ trigger, reason, by }, mode, mayFreeze);
    /** @type {Operation<any>} */
    const operation = this.#operations.add(new Operation('capture', { trigger, reason, tags, by }));
    /** @type {{ mode?: 'fork' | 'inline' | 'freeze' }} */
    const how = {};
    /** @param {{ signal: AbortSignal, id: string }} of */
    const freeze = async ({ id, signal }) => {
      how.mode = 'freeze';
      const take = (/** @type {import('../store/types').ImageTarget} */ target) =>
        this.#taker.freeze(target, { signal });
      operation.image = await this.#store.capture(take, { id, trigger, reason, tags, kind: 'image' }, { signal });
      return operation.image;
    };
    operation.run(
      async ({ id, signal }) => {
        await (after && unlessGivenUp(after, { signal, graceMs: 0 }));
        operation.begin();
        this.#tell(operation, 'start');
        if (isImage) return freeze({ id, signal });
        const take = async (/** @type {import('./take').Target} */ target) => {
          how.mode = this.mode;
          return this.#taker.take(target, { signal, ...(redact && { redact }) });
        };
        try {
          operation.snapshot = await this.#store.capture(take, { id, trigger, reason, tags }, { signal });
          return operation.snapshot;
        } catch (error) {
          if (!mayFreeze || !isNoRoom(error)) throw error;
          return freeze({ id, signal });
        }
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
   * @param {'freeze' | undefined} mode
   * @param {boolean} mayFreeze an image may take the place of a snapshot
   * @returns {{ leave: ReturnType<Admission['enter']>, isImage: boolean }}
   */
  #admit({ trigger, reason, by }, mode, mayFreeze) {
    try {
      if (this.#closing) throw shutdownError();
      if (mode === 'freeze' && !this.#allowFreeze) throw freezeForbiddenError();
      const leave = this.#admission.enter();
      try {
        if (mode !== 'freeze') this.#checkRoom();
        return { leave, isImage: mode === 'freeze' };
      } catch (error) {
        if (mayFreeze && isNoRoom(error)) return { leave, isImage: true };
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

  /** @param {{ limit?: number }} [options] */
  async images(options) {
    return this.#store.list({ ...checkOptions(options, { limit: integer(1, 10_000) }), kind: 'image' });
  }

  /** @param {string} id */
  async image(id) {
    return this.#store.get(checkId('id', id), { kind: 'image' });
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

  /** @param {string} id */
  async reportPage(id) {
    const document = await this.report(id);
    if (!Array.isArray(document.leaks)) throw reportError(id, 'it is no search for leaks');
    const policy = `${emptyPage({ hasServer: false }).csp}; frame-ancestors 'none'; sandbox allow-scripts`;
    return { html: reportPage(reportOfLeaks(document)), policy };
  }

  /**
   * Publishes the start or the end of an operation.
   *
   * @param {Operation} operation
   * @param {'start' | 'end' | 'fail'} event
   */
  #tell(operation, event) {
    const { id, kind, trigger, reason, tags, by, startedAt, endedAt, snapshot, image, error } = operation;
    const durationMs = startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : undefined;
    if (kind === 'capture')
      publish('capture', { event, operation: id, trigger, reason, tags, snapshot, image, ...error, durationMs });
    if (event === 'start') return;
    const { sha256, storedBytes, location, pauseMs } = snapshot ?? image ?? {};
    publish('audit', {
      action: kind,
      ...(image && { mode: image.mode }),
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
        { operation: id, kind, trigger, durationMs, pauseMs, storedBytes, ...(image && { mode: image.mode }) },
        `heaphound: ${image ? 'freeze' : kind} done`,
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

/** @param {unknown} error */
function isNoRoom(error) {
  return /** @type {NodeJS.ErrnoException | undefined} */ (error)?.code === 'HEAPHOUND_ERR_NO_HEADROOM';
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
