'use strict';

// The files of the viewer, one opened after the other, and the answer about all of them: the leaks, or the suspects.

const fs = require('node:fs/promises');
const path = require('node:path');
const { openSequence } = require('../compare/sequence');
const { optionError } = require('../errors');
const { reportOf } = require('../report/document');
const { failureOf, noFileError, notReadyError } = require('./errors');
const { Phases } = require('./phases');
const { Shared } = require('./shared');
const { Turns } = require('./turns');
const { ViewedFile } = require('./viewed-file');

/** More than anybody compares; each keeps its memory. */
const MOST_FILES = 64;
/** Questions to the engine at once. */
const MOST_QUESTIONS = 4;
/** Comparisons that are kept. */
const MOST_COMPARISONS = 8;
/** Leaks, or suspects, and the lines of the source on each side of a place. */
const SHOWN = { limit: 100, sourceLines: 2 };
/** Any order and any programs: this question only sorts. */
const ANYTHING = /** @type {('same' | 'unrelated')[]} */ (['same', 'unrelated']);

/**
 * @typedef {object} Answer
 * @property {'waiting' | 'working' | 'ready' | 'failed'} state
 * @property {Phases} [phases]
 * @property {{ code: string, message: string }} [error]
 * @property {import('../..').ReportDocument} [report]
 * @property {string[]} [without] names of files that are not in it, for they could not be opened
 */

/**
 * Options of `viewSnapshots`, checked.
 *
 * @typedef {object} SessionOptions
 * @property {Pick<import('../..').OpenOptions, 'threads' | 'maxMemoryBytes' | 'sourceMaps' | 'parity' | 'identities'>} opening
 * @property {Pick<import('../..').LeakOptions, 'operations' | 'compareBy' | 'order' | 'allow' | 'ignore' | 'sources'>} search
 */

class Session {
  #options;
  /** In the order in which they came, and oldest first once that is known. @type {ViewedFile[]} */
  #files = [];
  /** In the order in which they came. @type {ViewedFile[]} */
  #given = [];
  /** Counts the changes of the list: a position means another file after each. */
  #revision = 0;
  /** @type {Answer} */
  #answer = { state: 'waiting' };
  /** @type {import('../..').SnapshotOrder | undefined} */
  #order;
  #isSorted = false;
  /** @type {Promise<void> | undefined} */
  #work;
  #stop = new AbortController();
  #isClosed = false;
  turns = new Turns(MOST_QUESTIONS);
  comparisons = new Shared(MOST_COMPARISONS);
  /** Called with the path of each of the user's files that was opened. @type {(path: string) => Promise<void>} */
  onOpened = async () => {};

  /** @param {SessionOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * @param {import('./viewed-file').Found} found
   * @returns {ViewedFile}
   */
  add(found) {
    if (this.#isClosed || this.#files.length >= MOST_FILES)
      throw optionError('files', `must be ${MOST_FILES} at most: remove some first`);
    const file = new ViewedFile(found);
    this.#given.push(file);
    this.#files.push(file);
    this.#changed();
    return file;
  }

  /**
   * Adds a file of the user.
   *
   * @param {string} file
   */
  async addPath(file) {
    const facts = await fs.stat(file).catch(() => undefined);
    return this.add({ path: file, name: path.basename(file), bytes: facts?.size ?? 0 });
  }

  /** @param {number} position */
  async remove(position) {
    const file = this.#file(position);
    this.#files = this.#files.filter((other) => other !== file);
    this.#given = this.#given.filter((other) => other !== file);
    this.#changed();
    await file.close();
  }

  /**
   * The snapshot of a file whose position is settled.
   *
   * @param {number} position
   */
  at(position) {
    const file = this.#file(position);
    // Before all are open nobody knows which is the oldest.
    if (!this.#isSorted && this.#files.length > 1)
      throw notReadyError('the files are still being opened, and their order is not known: ask again');
    return { file, snapshot: file.snapshot };
  }

  /**
   * The answer of a question, while positions keep their meaning.
   *
   * @template T
   * @param {() => Promise<T>} ask
   * @returns {Promise<T>}
   */
  async steady(ask) {
    const revision = this.#revision;
    const answer = await ask();
    if (revision !== this.#revision) throw notReadyError('the list of files changed meanwhile: ask again');
    return answer;
  }

  /** The opened ones, oldest first, with their positions. */
  ready() {
    return this.#files.flatMap((file, position) =>
      file.state === 'ready' ? [{ position, file, snapshot: file.snapshot }] : [],
    );
  }

  /** The options for a comparison of two of them. */
  get comparing() {
    const { compareBy, allow } = this.#options.search;
    return { compareBy, allow };
  }

  get answer() {
    return this.#answer;
  }

  toDocument() {
    const { state, phases, error, without } = this.#answer;
    return {
      revision: this.#revision,
      files: this.#files.map((file) => file.toDocument()),
      ...(this.#order && { order: this.#order }),
      answer: {
        state,
        ...(state === 'working' && phases?.toDocument()),
        ...(error && { error }),
        ...(without && without.length > 0 && { without }),
      },
    };
  }

  async close() {
    this.#isClosed = true;
    this.#stop.abort(new Error('the viewer was closed'));
    this.comparisons.clear();
    await Promise.all(this.#files.map((file) => file.close()));
    await this.#work;
  }

  /** @param {number} position */
  #file(position) {
    const file = this.#files[position];
    if (file === undefined) throw noFileError(position);
    return file;
  }

  /** Another list has another answer. */
  #changed() {
    this.#revision += 1;
    this.#isSorted = false;
    this.#order = undefined;
    this.#answer = { state: 'waiting' };
    this.comparisons.clear();
    this.#stop.abort(new Error('the list of files changed'));
    const stop = new AbortController();
    this.#stop = stop;
    const before = this.#work;
    this.#work = (async () => {
      await before;
      await this.#openAll(stop.signal);
      await this.#answerAll(stop.signal);
    })();
  }

  /**
   * One after the other: each open looks at the memory that the others have left.
   *
   * @param {AbortSignal} signal
   */
  async #openAll(signal) {
    while (!signal.aborted) {
      const file = this.#given.find(({ state }) => state === 'waiting');
      if (file === undefined) return;
      await file.open(this.#options.opening);
      if (file.state === 'ready' && file.isUsers) await this.onOpened(path.resolve(file.path));
    }
  }

  /** @param {AbortSignal} signal */
  async #answerAll(signal) {
    const files = this.#given.filter(({ state }) => state === 'ready');
    if (signal.aborted) return;
    const without = this.#given.filter((file) => !files.includes(file)).map(({ name }) => name);
    const phases = new Phases();
    this.#answer = { state: 'working', phases, without };
    try {
      if (files.length > 1) await this.#sort(files, signal);
      this.#isSorted = true;
      const onProgress = (/** @type {import('../..').Progress} */ progress) => phases.update(progress);
      const found = await this.#find(files, { signal, onProgress });
      if (signal.aborted) return;
      this.#answer = { ...found, without };
      await this.#prepare(signal);
    } catch (error) {
      if (signal.aborted) return;
      // The views of each file are there all the same.
      this.#isSorted = true;
      this.#answer = { state: 'failed', error: failureOf(error).error, without };
    }
  }

  /**
   * The paths of the newest snapshot are made before the first object is opened: the second who asks for one waits for
   * those of all objects.
   *
   * @param {AbortSignal} signal
   */
  async #prepare(signal) {
    const newest = this.ready().at(-1)?.snapshot;
    if (newest === undefined) return;
    try {
      const [any] = await newest.query({ sort: 'id', limit: 1, signal });
      for (let times = 0; any !== undefined && times < 2; times += 1)
        await this.turns.take(signal, () => newest.retainingPath(any.id, { signal }));
    } catch {
      // Whoever asks for a path has the error.
    }
  }

  /**
   * @param {ViewedFile[]} files
   * @param {AbortSignal} signal
   */
  async #sort(files, signal) {
    const snapshots = files.map(({ snapshot }) => snapshot);
    const { order } = await openSequence(snapshots, { signal }, { order: this.#options.search.order, allow: ANYTHING });
    signal.throwIfAborted();
    const sorted = order.given.map((at) => files[at]);
    this.#files = [...sorted, ...this.#given.filter((file) => !sorted.includes(file))];
    this.#order = order;
    this.#revision += 1;
  }

  /**
   * @param {ViewedFile[]} files
   * @param {import('../..').WorkOptions} work
   * @returns {Promise<Answer>}
   */
  async #find(files, work) {
    if (files.length === 0) {
      const [first] = this.#given;
      return first === undefined ? { state: 'waiting' } : { state: 'failed', error: noneOpened(first) };
    }
    const snapshots = files.map(({ snapshot }) => /** @type {import('../open/snapshot').Snapshot} */ (snapshot));
    const folder = path.resolve('.');
    const { opening, search } = this.#options;
    const asked = { ...SHOWN, sourceMaps: opening.sourceMaps, sources: folder, ...search, ...work };
    // The other parts have views of their own, and nobody else sees the texts.
    const report = await reportOf(snapshots, { ...asked, folder, withStrings: true, parts: 'verdict' });
    return { state: 'ready', report };
  }
}

/** @param {ViewedFile} first */
function noneOpened({ name, error = failureOf(undefined).error }) {
  return { code: error.code, message: `No file could be opened. ${name}: ${error.message}` };
}

module.exports = { Session };
