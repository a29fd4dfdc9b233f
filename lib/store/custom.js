'use strict';

// A place that only the user knows: `{ put(stream, meta, { signal }) }`, and what else it can do.

const { Readable } = require('node:stream');
const { toStream } = require('../disk/regular-file');
const { checkOptions, ofType } = require('../options');
const { captureThrough } = require('./capture-stream');
const { storeError, writeOnlyError } = require('../store-errors');
const { checkReadable, checkSnapshot, howToTake } = require('./image');
const { reportKey, snapshotKey, snapshotType } = require('./object-key');
const { recordText, storeRecord } = require('../records');
const { WriteOnlyStore } = require('./write-only');

const CUSTOM = { put: ofType('function'), source: ofType('function'), delete: ofType('function') };

/** @typedef {import('./types').CustomStoreConfig} Place */

/**
 * The object is kept as it is: its functions are called as methods of it.
 *
 * @param {Place} place
 */
function checkCustom(place) {
  const { put, source, delete: remove } = place;
  checkOptions({ put, source, delete: remove }, CUSTOM);
  return place;
}

/** @typedef {import('./backend').Backend} Backend */

/** @implements {Backend} */
class CustomStore extends WriteOnlyStore {
  #place;
  #encryption;

  /**
   * @param {Place} place
   * @param {import('../disk/encryption').Encryption} [encryption]
   */
  constructor(place, encryption) {
    super('custom', encryption);
    this.#place = place;
    this.#encryption = encryption;
    this.canRead = place.source !== undefined && encryption === undefined;
  }

  /**
   * @param {import('./types').Take | import('./types').TakeImage} take
   * @param {import('./about').About} about
   * @param {AbortSignal} signal
   */
  async capture(take, about, signal) {
    const isEncrypted = this.#encryption !== undefined;
    const key = snapshotKey('heaphound', about, isEncrypted);
    const how = howToTake(take, about, this.#encryption);
    /** @type {import('./types').CustomObject} */
    const meta = { object: 'snapshot', ...about, key, contentType: snapshotType(isEncrypted) };
    const { result, bytes, sha256, stored } = await captureThrough(how.take, how.encryption, signal, (body) =>
      this.#put(body, meta, signal),
    );
    // Given up meanwhile: nothing more of it is stored.
    signal.throwIfAborted();
    const location = stored?.location === undefined ? key : String(stored.location);
    const record = storeRecord(about, result, {
      location,
      storedBytes: bytes,
      sha256,
      ...(isEncrypted && { encrypted: /** @type {const} */ ('age') }),
    });
    const sidecar = Readable.from([await this.bytesOf(recordText(record), false)], { objectMode: false });
    await this.#put(
      sidecar,
      { ...meta, object: 'sidecar', key: `${key}.json`, contentType: 'application/json' },
      signal,
    );
    return this.remember(record);
  }

  /**
   * @param {string} id
   * @param {string} json
   * @param {AbortSignal} signal
   */
  async putReport(id, json, signal) {
    const isEncrypted = this.#encryption !== undefined;
    /** @type {import('./types').CustomObject} */
    const meta = {
      object: 'report',
      id,
      key: reportKey('heaphound', id, isEncrypted),
      contentType: isEncrypted ? 'application/octet-stream' : 'application/json',
    };
    await this.#put(Readable.from([await this.bytesOf(json, true)], { objectMode: false }), meta, signal);
  }

  /** @param {string} id */
  async source(id) {
    const record = await this.get(id);
    checkSnapshot(record);
    return this.#bytes(record);
  }

  /** @param {string} id */
  async read(id) {
    const record = await this.get(id);
    checkReadable(record);
    return toStream(await this.#bytes(record));
  }

  /** @param {import('./image').Stored} record */
  async #bytes(record) {
    if (this.#place.source === undefined) throw writeOnlyError(this.kind);
    return this.#place.source(/** @type {import('./types').StoredSnapshot} */ (record));
  }

  /** @param {string} id */
  async delete(id) {
    const record = await this.get(id);
    if (this.#place.delete === undefined) throw writeOnlyError(this.kind);
    await this.#place.delete(/** @type {import('./types').StoredSnapshot} */ (record));
    this.forget(id);
  }

  /**
   * @param {Readable} body
   * @param {import('./types').CustomObject} meta
   * @param {AbortSignal} signal
   */
  async #put(body, meta, signal) {
    try {
      const stored = await this.#place.put(body, Object.freeze(meta), { signal });
      if (!body.readableEnded) throw new Error('it did not read the stream to its end');
      return stored;
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      throw storeError(`\`put\` of the store failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    } finally {
      body.destroy();
    }
  }
}

module.exports = { CustomStore, checkCustom };
