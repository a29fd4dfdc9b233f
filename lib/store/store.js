'use strict';

// The part that all kinds of stores share: it checks options, reports captures, and ends them at `close`.

const diagnostics = require('node:diagnostics_channel');
const path = require('node:path');
const { closedStoreError, imageError, notStoredError } = require('../store-errors');
const { optionError } = require('../errors');
const { WORK, checkOptions, integer, ofType, oneOf } = require('../options');
const { PLACE } = require('../disk/place');
const { toJson } = require('../../words/text');
const { toStream } = require('../disk/regular-file');
const { CustomStore, checkCustom } = require('./custom');
const { openDirectory } = require('./directory');
const { loadEncryption, recipientsOf } = require('../disk/encryption');
const { PresignedStore, checkPresigned } = require('./presigned');
const { defaultDirectory } = require('./private-directory');
const { checkAbout, checkId } = require('./about');
const { S3Store } = require('./s3');
const { checkS3 } = require('./s3-client');
const { STOP_MS, unlessGivenUp, within } = require('../../waits/bound');
const { firstOf } = require('../../waits/signal');

const UPLOAD = diagnostics.channel('heaphound:upload');
const LOCK_NAME = /^[A-Za-z0-9._-]{1,64}$/;
const DIRECTORY = { dir: PLACE.dir, maxFiles: integer(1), maxTotalBytes: integer(1) };
/** Of what is stored. */
const KIND = oneOf(['snapshot', 'image']);
const KINDS = /** @type {const} */ (['s3', 'presigned', 'put']);

/**
 * @typedef {import('./backend').Backend} Backend
 * @typedef {Partial<Record<typeof KINDS[number], unknown>>} Place options of a store without its encryption
 */

/**
 * @param {import('./types').StoreConfig} [config]
 * @returns {Promise<import('./types').Store>}
 */
async function openStore(config = {}) {
  if (typeof config === 'string') config = { dir: config };
  if (config === null || typeof config !== 'object')
    throw optionError('store', 'must be an object or the path of a directory');
  const { encryptTo } = config;
  // A store of the user's may be an instance of a class: it is not copied.
  const place = /** @type {Place} */ (
    'put' in config && typeof config.put === 'function' ? config : withoutEncryption(config)
  );
  const kinds = KINDS.filter((kind) => place[kind] !== undefined);
  if (kinds.length > 1) throw optionError(kinds[1], `cannot be used with ${kinds[0]}`);
  const open = await opener(kinds[0], place);
  const backend = await open(
    encryptTo === undefined ? undefined : await loadEncryption(recipientsOf('encryptTo', encryptTo)),
  );
  const store = new Store(backend);
  if (backend.kind === 'directory') store.swept = await store.sweep();
  return store;
}

/**
 * Checks the options of a kind.
 *
 * @param {typeof KINDS[number] | undefined} kind
 * @param {Place} place
 * @returns {Promise<(encryption: import('../disk/encryption').Encryption | undefined) => Promise<Backend>>}
 */
async function opener(kind, place) {
  if (kind !== undefined && kind !== 'put') checkOptions(place, { [kind]: (_, value) => value });
  if (kind === 's3') {
    const checked = checkS3(place.s3);
    return async (encryption) => new S3Store(checked, encryption);
  }
  if (kind === 'presigned') {
    const checked = checkPresigned(place.presigned);
    return async (encryption) => new PresignedStore(checked, encryption);
  }
  if (kind === 'put') {
    const checked = checkCustom(/** @type {import('./types').CustomStoreConfig} */ (place));
    return async (encryption) => new CustomStore(checked, encryption);
  }
  const { dir = path.resolve(defaultDirectory()), ...quota } = checkOptions(place, DIRECTORY);
  return (encryption) => openDirectory({ dir, ...quota }, encryption);
}

/**
 * `Store` of the types.
 *
 * @template {Backend} B
 */
class Store {
  #backend;
  #closing = new AbortController();
  /** @type {Set<Promise<unknown>>} */
  #running = new Set();
  /** @type {import('./types').SweepResult} */
  swept = { removed: [], unfinished: [] };

  /** @param {B} backend */
  constructor(backend) {
    this.#backend = backend;
  }

  get kind() {
    return this.#backend.kind;
  }

  get canRead() {
    return this.#backend.canRead;
  }

  /**
   * @param {import('./types').Take | import('./types').TakeImage} take
   * @param {import('./types').SnapshotMeta | import('./types').ImageMeta} [meta]
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {Promise<any>}
   */
  async capture(take, meta, options) {
    ofType('function')('take', take);
    const about = checkAbout(meta);
    const { signal } = checkOptions(options, { signal: WORK.signal });
    signal?.throwIfAborted();
    return this.#run(async () => {
      const start = performance.now();
      const end = firstOf([this.#closing.signal, signal]);
      let bytes = 0;
      let code;
      try {
        const record = await unlessGivenUp(this.#backend.capture(take, about, end.signal), end);
        bytes = record.storedBytes;
        return record;
      } catch (error) {
        code = /** @type {NodeJS.ErrnoException | undefined} */ (error)?.code ?? 'unknown';
        throw error;
      } finally {
        end.forget();
        const durationMs = performance.now() - start;
        UPLOAD.publish({
          store: this.kind,
          id: about.id,
          bytes,
          durationMs,
          result: code === undefined ? 'stored' : 'failed',
          ...(code !== undefined && { code }),
        });
      }
    });
  }

  /**
   * @param {{ limit?: number, kind?: 'snapshot' | 'image' }} [options]
   * @returns {Promise<any[]>}
   */
  async list(options) {
    const { limit = 100, kind = 'snapshot' } = checkOptions(options, { limit: integer(1, 10_000), kind: KIND });
    return this.#run(() => this.#backend.list({ limit, kind }));
  }

  /**
   * @param {string} id
   * @param {{ kind?: 'snapshot' | 'image' }} [options]
   * @returns {Promise<any>}
   */
  async get(id, options) {
    checkId('id', id);
    const { kind = 'snapshot' } = checkOptions(options, { kind: KIND });
    const record = await this.#run(() => this.#backend.get(id));
    if (kind === 'snapshot' && record.kind === 'image') throw imageError(id);
    if (kind === 'image' && record.kind !== 'image') throw notStoredError(`image ${id}`);
    return record;
  }

  /** @param {string} id */
  async source(id) {
    checkId('id', id);
    return this.#run(() => this.#backend.source(id));
  }

  /** @param {string} id */
  async read(id) {
    checkId('id', id);
    return this.#run(async () =>
      this.#backend.read ? this.#backend.read(id) : toStream(await this.#backend.source(id)),
    );
  }

  /** @param {string} id */
  async delete(id) {
    checkId('id', id);
    return this.#run(() => this.#backend.delete(id));
  }

  /**
   * @param {string} id
   * @param {unknown} document
   */
  async putReport(id, document) {
    checkId('id', id);
    const json = toJson(document, 2);
    if (json === undefined) throw optionError('document', 'must be a JSON value');
    return this.#run((closing) => this.#backend.putReport(id, `${json}\n`, closing));
  }

  /** @param {string} id */
  async report(id) {
    checkId('id', id);
    return this.#run(() => this.#backend.report(id));
  }

  /**
   * @param {string} name
   * @param {number} ttlMs
   */
  async lock(name, ttlMs) {
    if (typeof name !== 'string' || !LOCK_NAME.test(name))
      throw optionError('name', 'must be letters, digits, dots, underscores and hyphens, up to 64');
    integer(1)('ttlMs', ttlMs);
    return this.#run(() => this.#backend.lock(name, ttlMs));
  }

  /** @param {string} id */
  async hold(id) {
    checkId('id', id);
    return this.#run(() => this.#backend.hold(id));
  }

  async sweep() {
    return this.#run(() => this.#backend.sweep());
  }

  async close() {
    this.#closing.abort(closedStoreError());
    await Promise.allSettled(this.#running);
    await within(this.#backend.close(), STOP_MS);
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }

  /**
   * Runs one call to the back end, whose place may be slow or gone: a closed store waits for it a while and then gives
   * it up.
   *
   * @template T
   * @param {(closing: AbortSignal) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #run(work) {
    const { signal } = this.#closing;
    signal.throwIfAborted();
    const job = unlessGivenUp(work(signal), { signal });
    this.#running.add(job);
    try {
      return await job;
    } finally {
      this.#running.delete(job);
    }
  }
}

/** @param {Exclude<import('./types').StoreConfig, string>} config */
function withoutEncryption({ encryptTo: _, ...place }) {
  return place;
}

module.exports = { openStore };
