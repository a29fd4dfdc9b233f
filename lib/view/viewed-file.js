'use strict';

// One file of the viewer: it waits, is read, and answers.

const path = require('node:path');
const { inside, openSnapshot } = require('../open/snapshot');
const { failureOf, notReadyError, viewError } = require('./errors');
const { Phases } = require('./phases');
const { Shared } = require('./shared');

/** Whole lists of one snapshot that are kept: classes, strings, owners and others. */
const MOST_LISTS = 12;

/**
 * `path`: where it is; `remove` takes a dropped file away once it is read.
 *
 * @typedef {{ path: string, name: string, bytes: number, remove?: () => Promise<void> }} Found
 */

class ViewedFile {
  #found;
  #phases = new Phases();
  #stop = new AbortController();
  /** @type {'waiting' | 'reading' | 'ready' | 'failed'} */
  #state = 'waiting';
  /** @type {{ code: string, message: string } | undefined} */
  #error;
  /** @type {import('../..').Snapshot | undefined} */
  #snapshot;
  /** Lists of this snapshot that requests share. */
  lists = new Shared(MOST_LISTS);

  /** @param {Found} found */
  constructor(found) {
    this.#found = found;
  }

  get state() {
    return this.#state;
  }

  get name() {
    return this.#found.name;
  }

  /** True for a file that the user has, and can open again. */
  get isUsers() {
    return this.#found.remove === undefined;
  }

  get path() {
    return this.#found.path;
  }

  /** Why it could not be opened. */
  get error() {
    return this.#error;
  }

  get snapshot() {
    if (this.#error !== undefined) throw viewError(this.#error.code, `${this.name}: ${this.#error.message}`);
    if (this.#snapshot === undefined) throw notReadyError(`${this.name} is not open yet: ask again when it is ready`);
    return this.#snapshot;
  }

  /**
   * Reads it. Never rejects: the state says how it went.
   *
   * @param {import('../..').OpenOptions} options
   */
  async open(options) {
    this.#state = 'reading';
    try {
      const onProgress = (/** @type {import('../..').Progress} */ progress) => this.#phases.update(progress);
      const snapshot = await openSnapshot(this.path, { ...options, onProgress, signal: this.#stop.signal });
      // The temporary file is gone soon, and the user knows the name.
      if (!this.isUsers)
        inside.know(/** @type {import('../open/snapshot').Snapshot} */ (snapshot), { file: this.name });
      this.#snapshot = snapshot;
      this.#state = 'ready';
      // It was closed in the same moment.
      if (this.#stop.signal.aborted) await snapshot.close();
    } catch (error) {
      this.#error = failureOf(error).error;
      this.#state = 'failed';
    } finally {
      await this.#found.remove?.();
    }
  }

  async close() {
    this.#stop.abort(new Error('the viewer was closed, or the file removed'));
    this.lists.clear();
    await this.#snapshot?.close();
    if (this.#state === 'waiting') await this.#found.remove?.();
  }

  toDocument() {
    return {
      name: this.name,
      path: this.isUsers ? path.resolve(this.path) : this.name,
      bytes: this.#found.bytes,
      state: this.#state,
      ...(this.#state === 'reading' && this.#phases.toDocument()),
      ...(this.#error && { error: this.#error }),
      ...(this.#snapshot && { info: this.#snapshot.info }),
    };
  }
}

module.exports = { ViewedFile };
