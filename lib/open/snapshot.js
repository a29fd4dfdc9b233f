'use strict';

const { addon, run } = require('../native');
const { read } = require('../native/document');
const { closedError, openingError } = require('../errors');
const { memoryRoom } = require('../room/headroom');
const { OWNER_KINDS, OWNER_SORTS } = require('../../checks/sorts');
const { TOOLS } = require('../tools');
const { readProvenance } = require('./provenance');
const { runOnInput } = require('./run-on-input');
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
  texts,
  idRange,
  size,
  limit,
} = require('../options');

const MAX_DEPTH = 16;
/** Nobody draws more. */
const MAX_BOXES = 2000;
/** What a box can be made of. */
const BOX_KINDS = ['class', 'object'];

const SUMMARY = {
  ...WORK,
  filter: oneOf(FILTERS),
  idRange,
  sort: oneOf(['retainedSize', 'shallowSize', 'count', 'distance', 'name']),
  limit,
};
const NODE = { ...WORK, limit, fullName: ofType('boolean') };
const EDGES = { ...WORK, sort: oneOf(['retainedSize', 'shallowSize', 'name']), offset: limit, limit };
const RETAINERS = { ...WORK, ignored: ids, offset: limit, limit };
const PATH = { ...WORK, ignored: ids };
const DOMINATORS = { ...WORK, id, depth: integer(1, MAX_DEPTH), limit };
const BOXES = {
  ...WORK,
  by: oneOf(BOX_KINDS),
  id,
  path: texts,
  limit: integer(1, MAX_BOXES),
  leastSize: size,
};
const STRINGS = { ...WORK, minCount: integer(2), limit };
const SUSPECTS = { ...WORK, limit };
const OWNERS = { ...WORK, by: oneOf(OWNER_KINDS), sort: oneOf(OWNER_SORTS), limit };
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

/**
 * @typedef {import('../native/addon').Heap} Heap
 * @typedef {import('../native/addon').Failure} Failure
 * @typedef {import('./provenance').Provenance & { file?: string }} Known what the bytes do not say
 */

/**
 * Calls on a snapshot that are for this package alone. Users see the members of `index.d.ts` only.
 *
 * @typedef {object} Inside
 * @property {(snapshot: Snapshot) => number} memoryBytes that it takes, about
 * @property {(snapshot: Snapshot, known: Known) => void} know adds to what the bytes do not say
 * @property {(snapshot: Snapshot) => boolean} isAnalysed false when it was only parsed, as the older side of a
 *   comparison
 * @property {(snapshot: Snapshot, work: Work) => Promise<void>} analyse has one that was only parsed answer questions
 * @property {(snapshot: Snapshot, options: import('../..').QueryOptions) => Promise<Page<import('../..').QueryRow>>} query
 *   a page, with the number of all rows
 * @property {(snapshot: Snapshot, node: number, options: import('../..').EdgeOptions) =>
 *   Promise<Page<import('../..').EdgeRow>>} edges
 * @property {(snapshot: Snapshot, node: number, options: import('../..').RetainerOptions) =>
 *   Promise<Page<import('../..').RetainerRow>>} retainers
 * @property {(snapshot: Snapshot, options: import('../..').StringOptions) => Promise<Page<import('../..').StringGroup>>}
 *   duplicateStrings
 * @property {(snapshot: Snapshot, node: number, work: import('../..').WorkOptions) => Promise<Sizes>} sizes of an object,
 *   which need not be in the snapshot
 * @property {Job} job runs a native job on the heaps of snapshots; it is stopped when one of them is closed
 */

/**
 * @template T
 * @typedef {{ total: number, rows: T[] }} Page `total`: all rows, including those that `offset` and `limit` cut off
 */
/** @typedef {{ kind: string | null, shallowSize: number | null, retainedSize: number | null }} Sizes null: no such object */
/** @typedef {import('../..').WorkOptions & { snapshot?: number }} Work */
/**
 * @template [T=any]
 * @typedef {(heaps: Heap[], control: import('../native').Control) => Promise<T>} Start
 */
/** @typedef {<T>(snapshots: Snapshot[], work: Work, start: Start<T>) => Promise<Exclude<T, Failure>>} Job */

/** @type {Inside} */
let inside;

/** `Snapshot` of `index.d.ts`. */
class Snapshot {
  static {
    inside = {
      memoryBytes: (snapshot) => snapshot.#heap.memoryBytes,
      know: (snapshot, known) => snapshot.#know(known),
      isAnalysed: (snapshot) => snapshot.#info.unreachableCount !== undefined,
      analyse: (snapshot, work) => snapshot.#analyse(work),
      query: (snapshot, options) => snapshot.#ask('query', checkOptions(options, QUERY)),
      edges: (snapshot, node, options) =>
        snapshot.#ask('edges', { ...checkOptions(options, EDGES), id: id('id', node) }),
      retainers: (snapshot, node, options) =>
        snapshot.#ask('retainers', { ...checkOptions(options, RETAINERS), id: id('id', node) }),
      duplicateStrings: (snapshot, options) => snapshot.#ask('duplicateStrings', checkOptions(options, STRINGS)),
      sizes: (snapshot, node, work) => snapshot.#ask('sizes', { ...work, id: id('id', node) }),
      job: (snapshots, work, start) => Snapshot.#job(snapshots, work, start),
    };
  }

  /** @type {Heap} */
  #heap;
  #closed = false;
  #closing = new AbortController();
  /** @type {Set<Promise<unknown>>} */
  #running = new Set();
  /** @type {import('../..').SnapshotInfo} */
  #info;
  /** @type {Known} */
  #known;

  /**
   * @param {Heap} heap
   * @param {Known} [known]
   */
  constructor(heap, known = {}) {
    this.#heap = heap;
    this.#known = known;
    this.#info = Object.freeze({ ...known, ...JSON.parse(heap.info()) });
  }

  get info() {
    return this.#info;
  }

  /** @param {Known} known */
  #know(known) {
    this.#known = { ...this.#known, ...known };
    this.#info = Object.freeze({ ...this.#info, ...known });
  }

  /** @param {Work} work */
  async #analyse(work) {
    const heap = await Snapshot.#job([this], work, ([parsed], control) => addon.analyse(parsed, control));
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

  /**
   * @param {import('../..').SummaryOptions} [options]
   * @returns {Promise<import('../..').SummaryDocument>}
   */
  async summary(options) {
    const document = await this.#ask('summary', checkOptions(options, SUMMARY));
    return { snapshot: this.#info, .../** @type {Omit<import('../..').SummaryDocument, 'snapshot'>} */ (document) };
  }

  /**
   * @param {import('../..').WorkOptions} [options]
   * @returns {Promise<import('../..').Statistics>}
   */
  async statistics(options) {
    return this.#ask('statistics', checkOptions(options, WORK));
  }

  /**
   * @param {import('../..').WorkOptions} [options]
   * @returns {Promise<import('../..').ContextSizes>}
   */
  async contexts(options) {
    return this.#ask('contexts', checkOptions(options, WORK));
  }

  /**
   * @param {number} node
   * @param {import('../..').NodeOptions} [options]
   * @returns {Promise<import('../..').NodeDocument>}
   */
  async node(node, options) {
    return this.#ask('node', { ...checkOptions(options, NODE), id: id('id', node) });
  }

  /**
   * @param {number} node
   * @param {import('../..').EdgeOptions} [options]
   * @returns {Promise<import('../..').EdgeRow[]>}
   */
  async edges(node, options) {
    return this.#rows('edges', { ...checkOptions(options, EDGES), id: id('id', node) });
  }

  /**
   * @param {number} node
   * @param {import('../..').RetainerOptions} [options]
   * @returns {Promise<import('../..').RetainerRow[]>}
   */
  async retainers(node, options) {
    return this.#rows('retainers', { ...checkOptions(options, RETAINERS), id: id('id', node) });
  }

  /**
   * @param {number} node
   * @param {import('../..').PathOptions} [options]
   * @returns {Promise<import('../..').PathStep[]>}
   */
  async retainingPath(node, options) {
    return this.#rows('retainingPath', { ...checkOptions(options, PATH), id: id('id', node) });
  }

  /**
   * @param {import('../..').DominatorOptions} [options]
   * @returns {Promise<import('../..').DominatorRow[]>}
   */
  async dominators(options) {
    return this.#rows('dominators', checkOptions(options, DOMINATORS));
  }

  /**
   * @param {import('../..').BoxOptions} [options]
   * @returns {Promise<import('../..').BoxDocument>}
   */
  async dominatorBoxes(options) {
    const { by = 'class', ...checked } = checkOptions(options, BOXES);
    return this.#ask('dominatorBoxes', { by, ...checked });
  }

  /**
   * @param {import('../..').StringOptions} [options]
   * @returns {Promise<import('../..').StringGroup[]>}
   */
  async duplicateStrings(options) {
    return this.#rows('duplicateStrings', checkOptions(options, STRINGS));
  }

  /**
   * @param {import('../..').QueryOptions} [options]
   * @returns {Promise<import('../..').QueryRow[]>}
   */
  async query(options) {
    return this.#rows('query', checkOptions(options, QUERY));
  }

  /**
   * @param {import('../..').WorkOptions} [options]
   * @returns {Promise<import('../..').AllocationsDocument>}
   */
  async allocations(options) {
    return this.#ask('allocations', checkOptions(options, WORK));
  }

  /**
   * @param {import('../..').SnapshotSuspectOptions} [options]
   * @returns {Promise<import('../..').SuspectDocument>}
   */
  async suspects(options) {
    const document = await this.#ask('suspects', { ...checkOptions(options, SUSPECTS), tools: TOOLS });
    return { snapshot: this.#info, .../** @type {Omit<import('../..').SuspectDocument, 'snapshot'>} */ (document) };
  }

  /**
   * @param {import('../..').OwnerOptions} [options]
   * @returns {Promise<import('../..').OwnerDocument>}
   */
  async owners(options) {
    const { by = 'package', ...question } = checkOptions(options, OWNERS);
    const document = await this.#ask('owners', { ...question, by, tools: TOOLS });
    const found = /** @type {Omit<import('../..').OwnerDocument, 'snapshot' | 'by'>} */ (document);
    return { snapshot: this.#info, by, ...found };
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
   * @template T
   * @param {Snapshot[]} snapshots
   * @param {Work} options
   * @param {Start<T>} start
   * @returns {Promise<Exclude<T, Failure>>}
   */
  static async #job(snapshots, options, start) {
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
   * @template T
   * @param {string} about
   * @param {import('../..').WorkOptions & { id?: number, by?: string, tools?: string[] }} options and what else the question has
   * @returns {Promise<T>}
   */
  async #ask(about, options) {
    const { signal, onProgress, ...question } = options;
    const json = JSON.stringify({ about, ...question });
    return read(await Snapshot.#job([this], { signal, onProgress }, ([heap], control) => heap.ask(json, control)));
  }

  /**
   * @template T
   * @param {string} about
   * @param {import('../..').WorkOptions & { id?: number }} options and what else the question has
   * @returns {Promise<T[]>}
   */
  async #rows(about, options) {
    const { rows } = /** @type {{ rows: T[] }} */ (await this.#ask(about, options));
    return rows;
  }
}

/**
 * @param {import('../..').Source} source
 * @param {import('../..').OpenOptions} [options]
 * @returns {Promise<import('../..').Snapshot>}
 */
async function openSnapshot(source, options) {
  return load(source, checkOptions(options, OPEN), 0, [], false);
}

/**
 * A snapshot that is read and parsed, no more: it answers no questions, but is all that comparisons need of an older
 * one.
 *
 * @param {import('../..').Source} source
 * @param {import('../..').OpenOptions} options
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
 * @param {import('../native/addon').Feed} feed
 * @param {import('../..').OpenOptions} options that were checked
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
 * @param {import('../..').Source} source
 * @param {import('../..').OpenOptions} options
 * @param {number} position
 * @param {Snapshot[]} others
 * @param {boolean} parseOnly
 */
async function load(source, options, position, others, parseOnly) {
  const { signal, onProgress } = options;
  // Checked options have a list.
  const identities = /** @type {string[] | undefined} */ (options.identities);
  const room = openingRoom(options, others);
  const native = { ...nativeOptions(options, room), parseOnly };
  const work = { signal, onProgress, identities, snapshot: position };
  try {
    const {
      outcome: heap,
      file,
      storedBytes,
      provenance,
    } = await runOnInput(source, work, (input, control) => addon.open(input, native, control));
    if (file === undefined) return new Snapshot(heap);
    const known = provenance ?? (await readProvenance(file, storedBytes ?? JSON.parse(heap.info()).storedBytes));
    return new Snapshot(heap, { file, ...known });
  } catch (error) {
    throw withLimit(error, room);
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
  const taken = others.reduce((sum, snapshot) => sum + inside.memoryBytes(snapshot), 0);
  return { bytes: Math.max(maxMemoryBytes - taken, 0), limit: 'maxMemoryBytes' };
}

/**
 * The error of an open, with the name of what limits it when memory is short.
 *
 * @param {unknown} cause
 * @param {import('../room/cgroup').Room} room
 */
function withLimit(cause, room) {
  const { code, need, have, file } = /** @type {import('../..').HeaphoundError} */ (cause);
  if (code !== 'HEAPHOUND_ERR_NO_HEADROOM' || need === undefined || have === undefined) return cause;
  return Object.assign(openingError(need, have, room.limit), file !== undefined && { file });
}

/**
 * @param {import('../..').OpenOptions} options
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

module.exports = { Snapshot, inside, nativeOptions, openFeed, openSnapshot, openingRoom, parse };
