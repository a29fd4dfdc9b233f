'use strict';

// The operations of a service. A capture or an analysis is an operation, which can be watched and cancelled.

const { randomBytes } = require('node:crypto');
const { unlessGivenUp } = require('../../waits/bound');
const { cancelledError, lateError, noOperationError } = require('./errors');

const DEFAULT_MAX_HISTORY = 100;

/** @template [T=unknown] */
class Operation {
  id = randomBytes(16).toString('hex');
  /** @type {import('../..').OperationStatus} */
  status = 'pending';
  createdAt = new Date().toISOString();
  /** @type {string | undefined} */
  startedAt;
  /** @type {string | undefined} */
  endedAt;
  /** @type {import('../..').StoredSnapshot | undefined} */
  snapshot;
  /** @type {import('../..').StoredImage | undefined} */
  image;
  /** @type {{ code: string, message: string } | undefined} */
  error;
  /** @type {() => Promise<T>} */
  #result = () => Promise.resolve(/** @type {T} */ (undefined));
  #cancelling = new AbortController();

  /**
   * @param {import('../..').OperationKind} kind
   * @param {{ trigger: string, reason: string, tags: string[], by?: unknown, snapshots?: string[] }} about
   */
  constructor(kind, { trigger, reason, tags, by, snapshots }) {
    this.kind = kind;
    this.trigger = trigger;
    this.reason = reason;
    this.tags = tags;
    this.by = by;
    /** The snapshots of an analysis, oldest first. */
    this.snapshots = snapshots;
  }

  get signal() {
    return this.#cancelling.signal;
  }

  get isOver() {
    return this.endedAt !== undefined;
  }

  get done() {
    return this.#result();
  }

  /**
   * From now on the result is read from the store: the document of an analysis is too large to stay in memory as long
   * as its operation.
   *
   * @param {() => Promise<T>} read
   */
  readFrom(read) {
    this.#result = read;
  }

  /** @param {Error} [reason] */
  cancel(reason = cancelledError()) {
    if (!this.isOver) this.#cancelling.abort(reason);
  }

  /**
   * Runs the operation. `done` resolves to the result of `work`.
   *
   * @param {(operation: Operation<T>) => Promise<T>} work
   * @param {(error?: NodeJS.ErrnoException, result?: T) => void} ended
   * @param {{ timeoutMs: number, option: string }} limit
   */
  run(work, ended, { timeoutMs, option }) {
    const timer = setTimeout(
      () => this.cancel(lateError(this.kind === 'capture' ? 'the capture' : 'the analysis', timeoutMs, option)),
      timeoutMs,
    );
    timer.unref();
    const promise = this.#run(work, ended).finally(() => clearTimeout(timer));
    // The caller reads `done` or `status`, so a rejection without a handler is fine.
    promise.catch(() => {});
    this.#result = () => promise;
  }

  /**
   * @param {(operation: Operation<T>) => Promise<T>} work
   * @param {(error?: NodeJS.ErrnoException, result?: T) => void} ended
   */
  async #run(work, ended) {
    try {
      // Work that ignores its signal would hold its place for ever.
      const result = await unlessGivenUp(work(this), { signal: this.signal });
      this.#end('done');
      ended(undefined, result);
      return result;
    } catch (cause) {
      // After a cancel, the reason of the cancel is the error, whatever error the work ended with.
      const error = this.signal.aborted ? this.signal.reason : cause;
      const { code = 'HEAPHOUND_ERR_INTERNAL', message = String(error) } =
        /** @type {Partial<NodeJS.ErrnoException>} */ (error ?? {});
      this.error = { code: String(code), message };
      this.#end(this.signal.aborted && code !== 'HEAPHOUND_ERR_TIMEOUT' ? 'cancelled' : 'failed');
      ended(error);
      throw error;
    }
  }

  begin() {
    this.signal.throwIfAborted();
    this.status = 'running';
    this.startedAt = new Date().toISOString();
  }

  /** @param {'done' | 'failed' | 'cancelled'} status */
  #end(status) {
    this.status = status;
    this.endedAt = new Date().toISOString();
  }

  toJSON() {
    const {
      id,
      kind,
      status,
      trigger,
      reason,
      tags,
      createdAt,
      startedAt,
      endedAt,
      snapshots,
      snapshot,
      image,
      error,
    } = this;
    return {
      id,
      kind,
      status,
      trigger,
      reason,
      tags,
      createdAt,
      startedAt,
      endedAt,
      snapshots,
      snapshot,
      image,
      error,
    };
  }
}

/** The latest operations, in the order in which they were asked for. */
class Operations {
  /** @type {Map<string, Operation>} */
  #byId = new Map();
  #maxHistory;

  constructor(maxHistory = DEFAULT_MAX_HISTORY) {
    this.#maxHistory = maxHistory;
  }

  /** @template T @param {Operation<T>} operation */
  add(operation) {
    this.#byId.set(operation.id, operation);
    for (const [id, { isOver }] of this.#byId) {
      if (this.#byId.size <= this.#maxHistory) break;
      if (isOver) this.#byId.delete(id);
    }
    return operation;
  }

  /** Newest first. */
  list() {
    return [...this.#byId.values()].reverse();
  }

  /** @param {string} id */
  get(id) {
    const operation = this.#byId.get(id);
    if (operation === undefined) throw noOperationError(id);
    return operation;
  }

  running() {
    return this.list().filter(({ isOver }) => !isOver);
  }
}

module.exports = { Operation, Operations };
