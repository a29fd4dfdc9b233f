'use strict';

const { addon, run } = require('../native');
const { read } = require('../native/document');
const { closedError, openingError } = require('../errors');
const { memoryRoom } = require('../room/headroom');
const { readProvenance } = require('./provenance');
const { toInput } = require('./source');
const {
  FILTERS,
  WORK,
  OPEN,
  checkOptions,
  integer,
  oneOf,
  ofType,
  ids,
  id,
  idRange,
  size,
  limit,
} = require('../options');

const MAX_DEPTH = 16;

const SUMMARY = {
  ...WORK,
  filter: oneOf(FILTERS),
  idRange,
  sort: oneOf(['retainedSize', 'shallowSize', 'count', 'distance', 'name']),
  limit,
};
const NODE = { ...WORK, limit, fullName: ofType('boolean') };
const EDGES = { ...WORK, sort: oneOf(['retainedSize', 'shallowSize', 'name']), limit };
const RETAINERS = { ...WORK, ignored: ids, limit };
const PATH = { ...WORK, ignored: ids };
const DOMINATORS = { ...WORK, id, depth: integer(1, MAX_DEPTH), limit };
const STRINGS = { ...WORK, minCount: integer(2), limit };
const QUERY = {
  ...WORK,
  name: ofType('string'),
  className: ofType('string'),
  key: ofType('string'),
  property: ofType('string'),
  kind: ofType('string'),
  detached: ofType('boolean'),
  minShallowSize: size,
  maxShallowSize: size,
  minRetainedSize: size,
  maxRetainedSize: size,
  sort: oneOf(['retainedSize', 'shallowSize', 'id']),
  offset: limit,
  limit,
};

/** `Snapshot` of `index.d.ts`. */
class Snapshot {
  /** Native `Heap`. @type {any} */
  #heap;
  #closed = false;
  #closing = new AbortController();
  /** @type {Set<Promise<unknown>>} */
  #running = new Set();
  /** @type {import('../..').SnapshotInfo} */
  #info;
  /** What the bytes do not say. @type {import('./provenance').Provenance & { file?: string }} */
  #known;

  /**
   * @param {any} heap native
   * @param {import('./provenance').Provenance & { file?: string }} [known]
   */
  constructor(heap, known = {}) {
    this.#heap = heap;
    this.#known = known;
    this.#info = Object.freeze({ ...known, ...JSON.parse(heap.info()) });
  }

  get info() {
    return this.#info;
  }

  /**
   * Bytes of memory that it takes, about. For calls of this package: `index.d.ts` does not have it. @returns {number}
   */
  get memoryBytes() {
    return this.#heap.memoryBytes;
  }

  /**
   * More of what the bytes do not say. For calls of this package: `index.d.ts` does not have it.
   *
   * @param {import('./provenance').Provenance} known
   */
  know(known) {
    this.#known = { ...this.#known, ...known };
    this.#info = Object.freeze({ ...this.#info, ...known });
  }

  /** False for what was only parsed, as the older side of a comparison. For calls of this package. */
  get isAnalysed() {
    return this.#info.unreachableCount !== undefined;
  }

  /**
   * Makes a snapshot that was only parsed one that answers questions. For calls of this package.
   *
   * @param {import('../..').WorkOptions & { snapshot?: number }} work
   */
  async analyse(work) {
    const heap = await Snapshot.job([this], work, ([parsed], control) => addon.analyse(parsed, control));
    this.#heap.close();
    this.#heap = heap;
    this.#info = Object.freeze({ ...this.#known, ...JSON.parse(heap.info()) });
  }

  get filters() {
    return FILTERS;
  }

  get closed() {
    return this.#closed;
  }

  /** @param {import('../..').SummaryOptions} [options] */
  async summary(options) {
    const document = await this.#ask('summary', checkOptions(options, SUMMARY));
    return { snapshot: this.#info, ...document };
  }

  /** @param {import('../..').WorkOptions} [options] */
  async statistics(options) {
    return this.#ask('statistics', checkOptions(options, WORK));
  }

  /** @param {import('../..').WorkOptions} [options] */
  async contexts(options) {
    return this.#ask('contexts', checkOptions(options, WORK));
  }

  /**
   * @param {number} node
   * @param {import('../..').NodeOptions} [options]
   */
  async node(node, options) {
    return this.#ask('node', { ...checkOptions(options, NODE), id: id('id', node) });
  }

  /**
   * @param {number} node
   * @param {import('../..').EdgeOptions} [options]
   */
  async edges(node, options) {
    return this.#rows('edges', { ...checkOptions(options, EDGES), id: id('id', node) });
  }

  /**
   * @param {number} node
   * @param {import('../..').RetainerOptions} [options]
   */
  async retainers(node, options) {
    return this.#rows('retainers', { ...checkOptions(options, RETAINERS), id: id('id', node) });
  }

  /**
   * @param {number} node
   * @param {import('../..').PathOptions} [options]
   */
  async retainingPath(node, options) {
    return this.#rows('retainingPath', { ...checkOptions(options, PATH), id: id('id', node) });
  }

  /** @param {import('../..').DominatorOptions} [options] */
  async dominators(options) {
    return this.#rows('dominators', checkOptions(options, DOMINATORS));
  }

  /** @param {import('../..').StringOptions} [options] */
  async duplicateStrings(options) {
    return this.#rows('duplicateStrings', checkOptions(options, STRINGS));
  }

  /** @param {import('../..').QueryOptions} [options] */
  async query(options) {
    return this.#rows('query', checkOptions(options, QUERY));
  }

  /** @param {import('../..').WorkOptions} [options] */
  async allocations(options) {
    return this.#ask('allocations', checkOptions(options, WORK));
  }

  async close() {
    if (!this.#closed) {
      this.#closed = true;
      this.#closing.abort(closedError());
      this.#heap.close();
    }
    await Promise.allSettled(this.#running);
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }

  /**
   * Runs a native job on the heaps of one or more snapshots; it is stopped when any of them is closed.
   * For calls of this package: `index.d.ts` does not have it.
   *
   * @param {Snapshot[]} snapshots
   * @param {import('../..').WorkOptions & { snapshot?: number }} options
   * @param {(heaps: any[], control: any) => Promise<any>} start
   * @returns {Promise<any>}
   */
  static async job(snapshots, options, start) {
    if (snapshots.some((snapshot) => snapshot.#closed)) throw closedError();
    const closing = snapshots.map((snapshot) => snapshot.#closing.signal);
    const heaps = snapshots.map((snapshot) => snapshot.#heap);
    const job = run({ ...options, closing }, (control) => start(heaps, control));
    snapshots.forEach((snapshot) => snapshot.#running.add(job));
    try {
      return await job;
    } finally {
      snapshots.forEach((snapshot) => snapshot.#running.delete(job));
    }
  }

  /**
   * @param {string} about
   * @param {any} options
   */
  async #ask(about, options) {
    const { signal, onProgress, ...question } = options;
    const json = JSON.stringify({ about, ...question });
    return read(await Snapshot.job([this], { signal, onProgress }, ([heap], control) => heap.ask(json, control)));
  }

  /**
   * @param {string} about
   * @param {any} options
   */
  async #rows(about, options) {
    return (await this.#ask(about, options)).rows;
  }
}

/**
 * @param {import('../..').Source} source
 * @param {import('../..').OpenOptions} [options]
 * @returns {Promise<import('../..').Snapshot>}
 */
async function openSnapshot(source, options) {
  return open(source, checkOptions(options, OPEN));
}

/**
 * {@link openSnapshot} for options that were checked.
 *
 * @param {any} source
 * @param {any} options
 * @param {number} [position] of the snapshot in the call, for the progress
 * @param {Snapshot[]} [others] that the call has opened: one `maxMemoryBytes` is for all of them
 * @returns {Promise<Snapshot>}
 */
async function open(source, options, position = 0, others = []) {
  return load(source, options, position, others, false);
}

/**
 * A snapshot that is read and parsed, no more: it answers no questions, but is all that comparisons need of an older
 * one.
 *
 * @param {any} source
 * @param {any} options
 * @param {number} position
 * @param {Snapshot[]} others that the call has opened
 * @returns {Promise<Snapshot>}
 */
async function parse(source, options, position, others) {
  return load(source, options, position, others, true);
}

/**
 * The snapshot that a native thread feeds.
 *
 * @param {any} feed native
 * @param {any} options that were checked
 * @returns {Promise<Snapshot>}
 */
async function openFeed(feed, options) {
  const { signal, onProgress } = options;
  const work = { signal, onProgress };
  const room = openingRoom(options, []);
  const native = { ...nativeOptions(options, room), parseOnly: false };
  try {
    return new Snapshot(await run(work, (control) => addon.open(feed, native, control)));
  } catch (error) {
    throw withLimit(error, room);
  }
}

/**
 * @param {any} source
 * @param {any} options
 * @param {number} position
 * @param {Snapshot[]} others
 * @param {boolean} parseOnly
 */
async function load(source, options, position, others, parseOnly) {
  const { signal, onProgress } = options;
  if (signal) signal.throwIfAborted();
  const input = toInput(source);
  const room = openingRoom(options, others);
  try {
    const heap = await run({ signal, onProgress, snapshot: position }, async (control) => {
      const job = addon.open(input.native, { ...nativeOptions(options, room), parseOnly }, control);
      try {
        await input.feed();
      } catch (error) {
        // The error of the stream says more than that of the job, which is that the input ended.
        await job;
        throw error;
      }
      return job;
    });
    if (input.file === undefined) return new Snapshot(heap);
    return new Snapshot(heap, {
      file: input.file,
      ...(await readProvenance(input.file, JSON.parse(heap.info()).storedBytes)),
    });
  } catch (cause) {
    const error = withLimit(await input.explain(cause), room);
    if (error instanceof Error && 'code' in error && input.file !== undefined)
      Object.assign(error, { file: input.file });
    throw error;
  } finally {
    input.stop();
  }
}

/**
 * Memory that an open may take: what the caller allows, or what the control groups and the machine leave now.
 *
 * @param {{ maxMemoryBytes?: number }} options
 * @param {Snapshot[]} others that count against what the caller allows; what is left now is without them already
 * @returns {import('../room/cgroup').Room}
 */
function openingRoom({ maxMemoryBytes }, others) {
  if (maxMemoryBytes === undefined) return memoryRoom();
  const taken = others.reduce((sum, snapshot) => sum + snapshot.memoryBytes, 0);
  return { bytes: Math.max(maxMemoryBytes - taken, 0), limit: 'maxMemoryBytes' };
}

/**
 * The error of an open, with the name of what limits it when memory is short.
 *
 * @param {unknown} cause
 * @param {import('../room/cgroup').Room} room
 */
function withLimit(cause, room) {
  const { code, need, have } = /** @type {any} */ (cause);
  return code === 'HEAPHOUND_ERR_NO_HEADROOM' && need !== undefined ? openingError(need, have, room.limit) : cause;
}

/**
 * @param {any} options
 * @param {import('../room/cgroup').Room} room
 */
function nativeOptions(options, room) {
  return {
    maxMemoryBytes: Number.isFinite(room.bytes) ? room.bytes : undefined,
    threads: options.threads ?? 0,
    devtools: options.parity === 'devtools',
    sourceMaps: (options.sourceMaps ?? false) !== false,
    ...(typeof options.sourceMaps === 'string' && { sourceMapFolder: options.sourceMaps }),
  };
}

module.exports = { Snapshot, openSnapshot, open, openFeed, parse };
