'use strict';

// The part that write-only stores share: they know the snapshots that this process stored, and no others.

const { Readable } = require('node:stream');
const { notStoredError, writeOnlyError } = require('../store-errors');

/** Records of snapshots that are remembered. */
const MAX_RECORDS = 1000;

class WriteOnlyStore {
  kind;
  canRead = false;
  #encryption;
  /** @type {Map<string, import('./image').Stored>} */
  #records = new Map();
  /** @type {Map<string, number>} */
  #locks = new Map();

  /**
   * @param {'presigned' | 'custom'} kind
   * @param {import('../disk/encryption').Encryption} [encryption]
   */
  constructor(kind, encryption) {
    this.kind = kind;
    this.#encryption = encryption;
  }

  /** @param {import('./image').Stored} record */
  remember(record) {
    this.#records.set(record.id, record);
    for (const id of this.#records.keys()) {
      if (this.#records.size <= MAX_RECORDS) break;
      this.#records.delete(id);
    }
    return record;
  }

  /** @param {string} id */
  forget(id) {
    this.#records.delete(id);
  }

  /**
   * The bytes of a document as they leave: of a sidecar as they are, of a report encrypted where snapshots are.
   *
   * @param {string} json
   * @param {boolean} isSecret
   */
  async bytesOf(json, isSecret) {
    const bytes = Buffer.from(json);
    if (!isSecret || this.#encryption === undefined) return bytes;
    const all = [];
    for await (const chunk of this.#encryption.encrypt(Readable.from([bytes]))) all.push(chunk);
    return Buffer.concat(all);
  }

  /** @param {{ limit: number, kind: 'snapshot' | 'image' }} options */
  async list({ limit, kind }) {
    const records = [...this.#records.values()].filter((record) => (record.kind ?? 'snapshot') === kind);
    return records.reverse().slice(0, limit);
  }

  /** @param {string} id */
  async get(id) {
    const record = this.#records.get(id);
    if (record === undefined) throw notStoredError(`snapshot ${id}`);
    return record;
  }

  /** @param {string} id @returns {Promise<string | Readable>} */
  async source(id) {
    await this.get(id);
    throw writeOnlyError(this.kind);
  }

  /** @param {string} id @returns {Promise<void>} */
  async delete(id) {
    await this.get(id);
    throw writeOnlyError(this.kind);
  }

  /** @param {string} _ @returns {Promise<unknown>} */
  async report(_) {
    throw writeOnlyError(this.kind);
  }

  /**
   * Among what runs in this process: there is no place that others see too.
   *
   * @param {string} name
   * @param {number} ttlMs
   */
  async lock(name, ttlMs) {
    const now = performance.now();
    if ((this.#locks.get(name) ?? 0) > now) return undefined;
    const until = now + ttlMs;
    this.#locks.set(name, until);
    return async () => {
      if (this.#locks.get(name) === until) this.#locks.delete(name);
    };
  }

  async hold() {
    return async () => {};
  }

  /** @returns {Promise<import('./types').SweepResult>} */
  async sweep() {
    return { removed: [], unfinished: [] };
  }

  async close() {}
}

module.exports = { WriteOnlyStore };
