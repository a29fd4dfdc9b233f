'use strict';

// Snapshots in a directory of this machine. Of one snapshot with the id X there are
//
//     TIME-X.heapsnapshot.zst        or TIME-X.heapsnapshot.zst.age: names sort by time
//     TIME-X.heapsnapshot.zst.json   what is known of it, written last: without it the snapshot counts as unfinished
//     TIME-X.heapsnapshot.zst.ids    only for the last one of a process: its next capture goes on from there
//     TIME-X.frozen                  a frozen image, or TIME-X.frozen.age; with a sidecar as well
//     X.report.json                  what was found out about it

const { randomBytes } = require('node:crypto');
const fs = require('node:fs/promises');
const path = require('node:path');
const { compactTime } = require('../compact-time');
const { existsError, notStoredError, quotaError } = require('../store-errors');
const { checkReadable, checkSnapshot, howToTake } = require('./image');
const { acquire, lockFiles } = require('./lock-file');
const { endOf } = require('./object-key');
const { privateDirectory } = require('./private-directory');
const { checkPrivate, readPrivate, streamPrivate, writePrivate } = require('../disk/private-file');
const { recordText, storeRecord } = require('../records');
const { writeStream } = require('./stream-file');
const { idIn, sizeOf, snapshotNames, sweepDirectory } = require('./sweep-directory');

const DEFAULT_MAX_FILES = 10;
const DEFAULT_MAX_TOTAL_BYTES = 5e9;
/** A hold of a process that died ends by itself. Longer than a capture in the process may hold its timers. */
const HOLD_MS = 600_000;

/** @typedef {import('./image').Stored} Stored */

/**
 * @param {{ dir: string, maxFiles?: number, maxTotalBytes?: number }} config
 * @param {import('../disk/encryption').Encryption} [encryption]
 */
async function openDirectory(
  { dir, maxFiles = DEFAULT_MAX_FILES, maxTotalBytes = DEFAULT_MAX_TOTAL_BYTES },
  encryption,
) {
  const checkPlace = await privateDirectory(dir);
  return new DirectoryStore(dir, { maxFiles, maxTotalBytes }, checkPlace, encryption);
}

/** @typedef {import('./backend').Backend} Backend */

/** @implements {Backend} */
class DirectoryStore {
  kind = /** @type {const} */ ('directory');
  #directory;
  #quota;
  #checkPlace;
  #encryption;
  /** The table of this store's last capture. @type {string | undefined} */
  #table;

  /**
   * @param {string} directory
   * @param {{ maxFiles: number, maxTotalBytes: number }} quota
   * @param {() => Promise<void>} checkPlace
   * @param {import('../disk/encryption').Encryption} [encryption]
   */
  constructor(directory, quota, checkPlace, encryption) {
    this.#directory = directory;
    this.#quota = quota;
    this.#checkPlace = checkPlace;
    this.#encryption = encryption;
  }

  get canRead() {
    return this.#encryption === undefined;
  }

  /**
   * @param {import('./types').Take | import('./types').TakeImage} take
   * @param {import('./about').About} about
   * @param {AbortSignal} signal
   * @returns {Promise<Stored>}
   */
  async capture(take, about, signal) {
    await this.#checkPlace();
    await this.sweep();
    if ((await snapshotNames(this.#directory)).some((name) => idIn(name) === about.id)) throw existsError(about.id);
    await this.#makeRoom(1, 0);
    const file = path.join(
      this.#directory,
      `${compactTime(new Date())}-${about.id}${endOf(about.kind, this.#encryption !== undefined)}`,
    );
    let record;
    try {
      const how = howToTake(take, about, this.#encryption);
      record = how.encryption
        ? await this.#encrypted(how.take, how.encryption, about, file, signal)
        : await this.#direct(how.take, about, file);
      signal.throwIfAborted();
      await writePrivate(`${file}.json`, recordText(record));
      await this.#makeRoom(0, 0, about.id);
    } catch (error) {
      await this.#remove(about.id);
      throw error;
    }
    await this.#keepOneTable(`${file}.ids`);
    return record;
  }

  /**
   * @param {import('./types').Take} take
   * @param {import('./about').About} about
   * @param {string} file
   */
  async #direct(take, about, file) {
    const result = await take({ path: file, compression: 'zstd' });
    const { storedBytes, sha256 } = result;
    return storeRecord(about, result, { location: file, filePath: file, storedBytes, sha256 });
  }

  /**
   * @param {import('./types').Take} take
   * @param {import('../disk/encryption').Encryption} encryption
   * @param {import('./about').About} about
   * @param {string} file
   * @param {AbortSignal} signal
   */
  async #encrypted(take, encryption, about, file, signal) {
    const { result, bytes, sha256 } = await writeStream(take, file, encryption, signal);
    return storeRecord(about, result, { location: file, filePath: file, storedBytes: bytes, sha256, encrypted: 'age' });
  }

  /** @param {{ limit: number, kind: 'snapshot' | 'image' }} options */
  async list({ limit, kind }) {
    return (await this.#records()).filter((record) => (record.kind ?? 'snapshot') === kind).slice(0, limit);
  }

  /** @param {string} id */
  async get(id) {
    for (const name of await snapshotNames(this.#directory)) {
      const record = idIn(name) === id ? await this.#read(name) : undefined;
      if (record) return record;
    }
    throw notStoredError(`snapshot ${id}`);
  }

  /** @param {string} id */
  async source(id) {
    await this.#checkPlace();
    const record = await this.get(id);
    checkSnapshot(record);
    await checkPrivate(record.location);
    return record.location;
  }

  /** @param {string} id */
  async read(id) {
    await this.#checkPlace();
    const record = await this.get(id);
    checkReadable(record);
    return streamPrivate(record.location);
  }

  /** @param {string} id */
  async delete(id) {
    await this.get(id);
    await this.#remove(id);
  }

  /**
   * @param {string} id
   * @param {string} json
   */
  async putReport(id, json) {
    await this.#checkPlace();
    await writePrivate(this.#reportOf(id), json);
  }

  /** @param {string} id */
  async report(id) {
    const document = await readPrivate(this.#reportOf(id));
    if (document === undefined) throw notStoredError(`report ${id}`);
    return document;
  }

  /**
   * @param {string} name
   * @param {number} ttlMs
   */
  async lock(name, ttlMs) {
    await this.#checkPlace();
    return (await acquire(this.#directory, name, ttlMs))?.release;
  }

  /** @param {string} id */
  async hold(id) {
    const hold = await acquire(this.#directory, `hold.${id}.${randomBytes(8).toString('hex')}`, HOLD_MS);
    if (hold === undefined) throw new Error('a random name was used before');
    const timer = setInterval(() => hold.renew().catch(() => {}), HOLD_MS / 3);
    timer.unref();
    return async () => {
      clearInterval(timer);
      await hold.release();
    };
  }

  async sweep() {
    return sweepDirectory(this.#directory, this.#table);
  }

  async close() {}

  /** Records of whole snapshots, newest first. @returns {Promise<Stored[]>} */
  async #records() {
    const records = await Promise.all((await snapshotNames(this.#directory)).map((name) => this.#read(name)));
    return records.filter((record) => record !== undefined).sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  }

  /**
   * @param {string} name
   * @returns {Promise<Stored | undefined>} where the file lies now, whatever it says
   */
  async #read(name) {
    const file = path.join(this.#directory, name);
    const record = await readPrivate(`${file}.json`);
    if (
      record === null ||
      typeof record !== 'object' ||
      typeof record.startedAt !== 'string' ||
      idIn(name) !== record.id
    )
      return undefined;
    return {
      .../** @type {Stored} */ (/** @type {unknown} */ (record)),
      location: file,
      filePath: file,
      path: file,
    };
  }

  /**
   * Removes the oldest snapshots until the quotas have room, but none that somebody holds.
   *
   * @param {number} files that are to come
   * @param {number} bytes that are to come
   * @param {string} [kept] the newest: when it does not fit all the same, it is the one that goes
   */
  async #makeRoom(files, bytes, kept) {
    const { maxFiles, maxTotalBytes } = this.#quota;
    const records = await this.#records();
    const sizes = await Promise.all(records.map(({ filePath }) => sizeOf(/** @type {string} */ (filePath))));
    let count = records.length + files;
    let total = sizes.reduce((sum, size) => sum + size, bytes);
    for (let at = records.length - 1; at >= 0 && (count > maxFiles || total > maxTotalBytes); at -= 1) {
      const { id } = records[at];
      if (id === kept || (await this.#isHeld(id))) continue;
      await this.#remove(id);
      count -= 1;
      total -= sizes[at];
    }
    if (count > maxFiles) throw quotaError(this.#directory, 'maxFiles', count, maxFiles);
    if (total > maxTotalBytes) throw quotaError(this.#directory, 'maxTotalBytes', total, maxTotalBytes);
  }

  /** @param {string} id */
  async #isHeld(id) {
    const locks = await lockFiles(this.#directory);
    return locks.some(({ name, isLive }) => isLive && name.startsWith(`hold.${id}.`));
  }

  /**
   * The sidecar first: what is half gone does not count.
   *
   * @param {string} id
   */
  async #remove(id) {
    for (const name of await snapshotNames(this.#directory)) {
      if (idIn(name) !== id) continue;
      const file = path.join(this.#directory, name);
      await fs.rm(`${file}.json`, { force: true });
      await fs.rm(file, { force: true });
      // The next capture of this process needs the last table, whatever became of its snapshot.
      if (`${file}.ids` !== this.#table) await fs.rm(`${file}.ids`, { force: true });
    }
    await fs.rm(this.#reportOf(id), { force: true });
  }

  /**
   * @param {string} table of the capture that has just ended; it may have none
   */
  async #keepOneTable(table) {
    const isThere = await fs.lstat(table).then(
      (facts) => facts.isFile(),
      () => false,
    );
    if (!isThere) return;
    if (this.#table !== undefined) await fs.rm(this.#table, { force: true });
    this.#table = table;
  }

  /** @param {string} id */
  #reportOf(id) {
    return path.join(this.#directory, `${id}.report.json`);
  }
}

module.exports = { openDirectory };
