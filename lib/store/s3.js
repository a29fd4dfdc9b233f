'use strict';

// Snapshots in a bucket of S3 or of what speaks its language. A snapshot is one object that is written in parts while
// it is taken; the sidecar `KEY.json` is written last: a snapshot without one was never finished.

const { createHash } = require('node:crypto');
const { Readable } = require('node:stream');
const { captureThrough } = require('./capture-stream');
const { encryptedError, notStoredError, storeError } = require('../store-errors');
const { checkReadable, checkSnapshot, howToTake } = require('./image');
const { ageOf, parseKey, reportKey, snapshotKey, snapshotType } = require('./object-key');
const { recordText, storeRecord } = require('../records');
const { explain, isConflict, isMissing, loadS3 } = require('./s3-client');
const { lockObject } = require('./s3-lock');
const { onAbort } = require('../../waits/signal');

const DEFAULT_PART = 8 << 20;
const DEFAULT_QUEUE = 3;
/** Sidecars that are fetched at a time. */
const FETCHES = 8;
/** Time for a request that is under way when an upload is to end. */
const GRACE_MS = 3000;
/** An upload that began so long ago is not under way any more. */
const STALE_MS = 3600 * 1000;
const ABANDONED_MS = 24 * 3600 * 1000;

/** @typedef {import('./image').Stored} Stored */

/** @typedef {import('./backend').Backend} Backend */

/** @implements {Backend} */
class S3Store {
  kind = /** @type {const} */ ('s3');
  #s3;
  #config;
  #base;
  #encryption;
  /** Keys of snapshots by id, as far as they were seen. @type {Map<string, string>} */
  #keys = new Map();

  /**
   * @param {import('./s3-client').S3Config} config
   * @param {import('../disk/encryption').Encryption} [encryption]
   */
  constructor(config, encryption) {
    this.#s3 = loadS3(config);
    this.#config = config;
    this.#base = `${config.prefix ?? 'heaphound'}/${config.service ?? 'node'}`;
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
    const isEncrypted = this.#encryption !== undefined;
    const key = snapshotKey(this.#base, about, isEncrypted);
    const how = howToTake(take, about, this.#encryption);
    const upload = (/** @type {import('./measure').Measure} */ body) => this.#upload(key, body, about, signal);
    const { result, bytes, sha256 } = await captureThrough(how.take, how.encryption, signal, upload);
    const location = `s3://${this.#config.bucket}/${key}`;
    const record = storeRecord(about, result, {
      location,
      storedBytes: bytes,
      sha256,
      ...(isEncrypted && { encrypted: /** @type {const} */ ('age') }),
    });
    try {
      signal.throwIfAborted();
      const Metadata = { 'heaphound-sha256': sha256, 'heaphound-raw-bytes': String(result.rawBytes) };
      await this.#do('write a sidecar', about.id, () =>
        this.#put(`${key}.json`, recordText(record), { Metadata, ...this.#ifNew() }),
      );
    } catch (error) {
      await this.#remove(key).catch(() => {});
      throw error;
    }
    this.#keys.set(about.id, key);
    return record;
  }

  /** @param {{ limit: number, kind: 'snapshot' | 'image' }} options */
  async list({ limit, kind }) {
    const { sidecars } = await this.#do('list', undefined, () => this.#look());
    const newest = sidecars
      .filter((one) => one.kind === kind)
      .sort((a, b) => (a.time < b.time ? 1 : -1))
      .slice(0, limit);
    const records = [];
    for (let at = 0; at < newest.length; at += FETCHES) {
      records.push(
        ...(await Promise.all(newest.slice(at, at + FETCHES).map(({ id }) => this.get(id).catch(ignoreMissing)))),
      );
    }
    return records.filter((record) => record !== undefined);
  }

  /**
   * @param {string} id
   * @returns {Promise<Stored>}
   */
  async get(id) {
    return this.#do('read a sidecar', id, async () => {
      const key = await this.#keyOf(id);
      const { text } = await this.#text(`${key}.json`);
      try {
        return { ...JSON.parse(text), location: `s3://${this.#config.bucket}/${key}` };
      } catch (cause) {
        throw storeError(`the sidecar of snapshot ${id} is damaged`, { cause });
      }
    });
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
    return this.#bytes(record);
  }

  /** @param {Stored} record */
  async #bytes({ id, sha256, storedBytes }) {
    const key = await this.#keyOf(id);
    const { Body } = await this.#do('read a snapshot', id, () => this.#send('GetObject', { Key: key }));
    const explained = (/** @type {unknown} */ error) =>
      explain(error, 'read a snapshot', { bucket: this.#config.bucket, id });
    return Readable.from(verified(Body, { id, sha256, storedBytes }, explained), { objectMode: false });
  }

  /** @param {string} id */
  async delete(id) {
    await this.get(id);
    await this.#do('delete', id, async () => this.#remove(await this.#keyOf(id)));
    await this.#do('delete', id, () =>
      this.#send('DeleteObject', { Key: reportKey(this.#base, id, this.#encryption !== undefined) }),
    );
    this.#keys.delete(id);
  }

  /**
   * @param {string} id
   * @param {string} json
   */
  async putReport(id, json) {
    const key = reportKey(this.#base, id, this.#encryption !== undefined);
    const body = this.#encryption ? await collect(this.#encryption.encrypt(Readable.from([Buffer.from(json)]))) : json;
    await this.#do('write a report', id, () => this.#put(key, body, {}));
  }

  /** @param {string} id */
  async report(id) {
    if (this.#encryption) throw encryptedError(`report ${id}`);
    const { text } = await this.#do('read a report', id, () => this.#text(reportKey(this.#base, id, false)));
    return JSON.parse(text);
  }

  /**
   * @param {string} name
   * @param {number} ttlMs
   */
  async lock(name, ttlMs) {
    const objects = {
      get: (/** @type {string} */ key) => this.#text(key),
      put: (/** @type {string} */ key, /** @type {string} */ text, /** @type {object} */ condition) =>
        this.#put(key, text, this.#config.conditionalWrites === false ? {} : condition),
      remove: (/** @type {string} */ key) => this.#send('DeleteObject', { Key: key }),
    };
    return this.#do('lock', name, () => lockObject(objects, `${this.#base}/locks/${name}.json`, ttlMs));
  }

  /** Nothing is pruned here: that is for the lifecycle of the bucket. */
  async hold() {
    return async () => {};
  }

  /** @returns {Promise<import('./types').SweepResult>} */
  async sweep() {
    const removed = /** @type {string[]} */ ([]);
    const { sidecars, snapshots } = await this.#do('list', undefined, () => this.#look());
    const finished = new Set(sidecars.map(({ id }) => id));
    const unfinished = snapshots
      .filter(({ id, time }) => !finished.has(id) && ageOf(time) > STALE_MS)
      .map(({ key }) => key);
    for (const { Key, UploadId } of await this.#uploads()) {
      const snapshot = parseKey(Key);
      if (snapshot === undefined) continue;
      const ageMs = ageOf(snapshot.time);
      if (ageMs > ABANDONED_MS) {
        await this.#do('end an upload', undefined, () => this.#send('AbortMultipartUpload', { Key, UploadId }));
        removed.push(Key);
      } else if (ageMs > STALE_MS) unfinished.push(Key);
    }
    return { removed, unfinished };
  }

  async close() {
    if (this.#s3.isOurs) this.#s3.client.destroy?.();
  }

  /**
   * @param {string} key
   * @param {import('./measure').Measure} body
   * @param {import('./about').About} about
   * @param {AbortSignal} signal
   */
  async #upload(key, body, about, signal) {
    const { bucket, partSizeBytes = DEFAULT_PART, queueSize = DEFAULT_QUEUE, storageClass, checksums } = this.#config;
    const params = {
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentType: snapshotType(this.#encryption !== undefined),
      Metadata: {
        'heaphound-id': about.id,
        'heaphound-trigger': about.trigger,
        'heaphound-node': process.version,
        'heaphound-v8': process.versions.v8,
      },
      ...(checksums !== 'WHEN_REQUIRED' && { ChecksumAlgorithm: 'SHA256' }),
      ...(storageClass !== undefined && { StorageClass: storageClass }),
      ...this.#serverSide(),
      ...this.#ifNew(),
    };
    const upload = new this.#s3.Upload({
      client: this.#s3.client,
      params,
      queueSize,
      partSize: partSizeBytes,
      leavePartsOnError: false,
    });
    // The body is destroyed then, and the upload clears away before it ends; `abort` would leave that to run behind our
    // back.
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const forget = onAbort(signal, () => {
      timer = setTimeout(() => upload.abort(), GRACE_MS);
    });
    try {
      await upload.done();
    } catch (error) {
      if (!isOwnRetry(error)) throw explain(error, 'store a snapshot', { bucket, id: about.id });
    } finally {
      forget();
      clearTimeout(timer);
    }
  }

  /**
   * @param {string} key
   * @param {string | Uint8Array} body
   * @param {object} more
   */
  async #put(key, body, more) {
    try {
      const isEncrypted = typeof body !== 'string';
      await this.#send('PutObject', {
        Key: key,
        Body: body,
        ContentType: isEncrypted ? 'application/octet-stream' : 'application/json',
        ...this.#serverSide(),
        ...more,
      });
    } catch (error) {
      if (!isOwnRetry(error)) throw error;
    }
  }

  /** The sidecar first: what is half gone does not count. @param {string} key */
  async #remove(key) {
    await this.#send('DeleteObject', { Key: `${key}.json` });
    await this.#send('DeleteObject', { Key: key });
  }

  /** @param {string} id */
  async #keyOf(id) {
    if (!this.#keys.has(id)) await this.#look();
    const key = this.#keys.get(id);
    if (key === undefined) throw notStoredError(`snapshot ${id}`);
    return key;
  }

  /** Everything of this service that lies in the bucket. */
  async #look() {
    /** @typedef {{ key: string, id: string, time: string, kind: 'snapshot' | 'image' }} Found */
    const found = { sidecars: /** @type {Found[]} */ ([]), snapshots: /** @type {Found[]} */ ([]) };
    this.#keys.clear();
    let ContinuationToken;
    do {
      const page = await this.#send('ListObjectsV2', {
        Prefix: `${this.#base}/`,
        ...(ContinuationToken && { ContinuationToken }),
      });
      for (const { Key } of page.Contents ?? []) {
        const snapshot = parseKey(Key);
        const sidecar = Key.endsWith('.json') ? parseKey(Key.slice(0, -'.json'.length)) : undefined;
        if (snapshot) found.snapshots.push({ key: Key, ...snapshot });
        if (sidecar === undefined) continue;
        found.sidecars.push({ key: Key, ...sidecar });
        this.#keys.set(sidecar.id, Key.slice(0, -'.json'.length));
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    return found;
  }

  /**
   * Uploads that nobody ended, where the server and the rights of this process let us know.
   *
   * @returns {Promise<{ Key: string, UploadId: string }[]>}
   */
  async #uploads() {
    try {
      return (await this.#send('ListMultipartUploads', { Prefix: `${this.#base}/` })).Uploads ?? [];
    } catch {
      return [];
    }
  }

  /** @param {string} key */
  async #text(key) {
    const { Body, ETag } = await this.#send('GetObject', { Key: key });
    return { text: await Body.transformToString(), etag: ETag };
  }

  /**
   * @param {string} name of the command
   * @param {object} params
   */
  async #send(name, params) {
    const { sdk, client } = this.#s3;
    return client.send(new sdk[`${name}Command`]({ Bucket: this.#config.bucket, ...params }));
  }

  /**
   * @template T
   * @param {string} what for the message of a failure
   * @param {string | undefined} id
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #do(what, id, work) {
    try {
      return await work();
    } catch (error) {
      throw explain(error, what, { bucket: this.#config.bucket, id });
    }
  }

  #serverSide() {
    const { serverSideEncryption, kmsKeyId } = this.#config;
    return {
      ...(serverSideEncryption && { ServerSideEncryption: serverSideEncryption }),
      ...(kmsKeyId && { SSEKMSKeyId: kmsKeyId }),
    };
  }

  #ifNew() {
    return this.#config.conditionalWrites === false ? {} : { IfNoneMatch: '*' };
  }
}

/**
 * The key is random: an object that is there at a second attempt is the one that the first attempt wrote, whose answer
 * got lost.
 *
 * @param {unknown} error
 */
function isOwnRetry(error) {
  return isConflict(error) && Number(/** @type {import('./s3-client').S3Error} */ (error)?.$metadata?.attempts) > 1;
}

/** @param {import('./s3-client').S3Error} error @returns {undefined} */
function ignoreMissing(error) {
  if (isMissing(error) || error?.code === 'HEAPHOUND_ERR_NOT_STORED') return undefined;
  throw error;
}

/**
 * @param {AsyncIterable<Uint8Array>} body
 * @param {{ id: string, sha256: string, storedBytes: number }} expected
 * @param {(error: unknown) => Error} explained
 */
async function* verified(body, { id, sha256, storedBytes }, explained) {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of body) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw explained(error);
  }
  if (hash.digest('hex') !== sha256)
    throw storeError(`snapshot ${id} came back as ${bytes} bytes that are not the ${storedBytes} that were stored`);
}

/** @param {AsyncIterable<Uint8Array>} chunks */
async function collect(chunks) {
  const all = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

module.exports = { S3Store };
