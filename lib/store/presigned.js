'use strict';

// Snapshots to URLs that somebody signed: PUT with a known length. Such a URL is a secret, and is in no error, record
// or log of ours.

const { Readable } = require('node:stream');
const { optionError } = require('../errors');
const { MAX_MS, checkOptions, integer, ofType } = require('../options');
const { accessError, existsError, storeError } = require('../store-errors');
const { howToTake } = require('./image');
const { reportKey, snapshotKey, snapshotType } = require('./object-key');
const { recordText, storeRecord } = require('../records');
const { spool } = require('./spool');
const { WriteOnlyStore } = require('./write-only');
const { unlessGivenUp } = require('../../waits/bound');
const { firstOf } = require('../../waits/signal');

const DEFAULT_TIMEOUT_MS = 15 * 60_000;

/** @satisfies {Record<string, import('../options').Check>} */
const PRESIGNED = {
  url: (name, value) => webUrl(name, value),
  urls: ofType('function'),
  headers: (name, value) => checkHeaders(name, value),
  service: (name, value) => {
    if (typeof value !== 'string' || !/^[A-Za-z0-9._-]{1,64}$/.test(value))
      throw optionError(name, 'must be letters, digits, dots, underscores and hyphens, up to 64');
    return value;
  },
  memoryBytes: integer(1),
  timeoutMs: integer(1, MAX_MS),
};

/** @param {unknown} config */
function checkPresigned(config) {
  const checked = checkOptions(config, PRESIGNED);
  if ((checked.url === undefined) === (checked.urls === undefined))
    throw optionError('presigned', 'must have either url or urls');
  return checked;
}

/** @typedef {ReturnType<typeof checkPresigned>} PresignedConfig options that were checked */

/** @typedef {import('./backend').Backend} Backend */

/** @implements {Backend} */
class PresignedStore extends WriteOnlyStore {
  #config;
  #encryption;
  /** A single URL is for a single snapshot. */
  #isUsed = false;

  /**
   * @param {PresignedConfig} config
   * @param {import('../disk/encryption').Encryption} [encryption]
   */
  constructor(config, encryption) {
    super('presigned', encryption);
    this.#config = config;
    this.#encryption = encryption;
  }

  /**
   * @param {import('./types').Take | import('./types').TakeImage} take
   * @param {import('./about').About} about
   * @param {AbortSignal} signal
   */
  async capture(take, about, signal) {
    if (this.#isUsed)
      throw storeError('the URL of this store was used: each snapshot needs one of its own, so give a function `urls`');
    const isEncrypted = this.#encryption !== undefined;
    const key = snapshotKey(this.#base, about, isEncrypted);
    const how = howToTake(take, about, this.#encryption);
    const spooled = await spool(how.take, how.encryption, signal, this.#config.memoryBytes);
    try {
      const { result, bytes, sha256 } = spooled;
      const object = {
        object: /** @type {const} */ ('snapshot'),
        id: about.id,
        ...(about.kind && { kind: about.kind }),
        key,
        contentType: snapshotType(isEncrypted),
        contentLength: bytes,
        sha256,
      };
      const location = await this.#put(object, spooled.read(), signal);
      if (location === undefined) throw storeError(`no URL was given for snapshot ${about.id}`);
      this.#isUsed = this.#config.url !== undefined;
      const record = storeRecord(about, result, {
        location,
        storedBytes: bytes,
        sha256,
        ...(isEncrypted && { encrypted: /** @type {const} */ ('age') }),
      });
      if (this.#config.urls) await this.#putDocument('sidecar', about.id, `${key}.json`, recordText(record), signal);
      return this.remember(record);
    } finally {
      await spooled.remove();
    }
  }

  /**
   * @param {string} id
   * @param {string} json
   * @param {AbortSignal} signal
   */
  async putReport(id, json, signal) {
    if (!this.#config.urls)
      throw storeError('a store with a single URL takes a snapshot and nothing else: give a function `urls`');
    await this.#putDocument('report', id, reportKey(this.#base, id, this.#encryption !== undefined), json, signal);
  }

  get #base() {
    return `heaphound/${this.#config.service ?? 'node'}`;
  }

  /**
   * @param {'sidecar' | 'report'} object
   * @param {string} id
   * @param {string} key
   * @param {string} json
   * @param {AbortSignal} [signal]
   */
  async #putDocument(object, id, key, json, signal) {
    const isSecret = object === 'report';
    const bytes = await this.bytesOf(json, isSecret);
    const contentType = isSecret && this.#encryption ? 'application/octet-stream' : 'application/json';
    await this.#put(
      { object, id, key, contentType, contentLength: bytes.length },
      Readable.from([bytes], { objectMode: false }),
      signal,
    );
  }

  /**
   * @param {import('./types').PresignedObject} object
   * @param {Readable} body
   * @param {AbortSignal} [signal]
   * @returns {Promise<string | undefined>} where it lies, without what is secret
   */
  async #put(object, body, signal) {
    const { timeoutMs = DEFAULT_TIMEOUT_MS } = this.#config;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutMs);
    const stop = firstOf([signal, late.signal]);
    let place = '';
    try {
      // Whoever signs may never answer.
      const target = await unlessGivenUp(this.#target(object), { signal: stop.signal, graceMs: 0 });
      if (target === undefined) return undefined;
      signal?.throwIfAborted();
      place = withoutSecrets(target.url);
      const headers = {
        'content-type': object.contentType,
        ...target.headers,
        'content-length': String(object.contentLength),
      };
      // A redirection would take the snapshot to a place that nobody configured.
      const request = { method: 'PUT', body, headers, duplex: 'half', redirect: 'error', signal: stop.signal };
      const response = await fetch(target.url, /** @type {RequestInit} */ (/** @type {unknown} */ (request)));
      await response.body?.cancel();
      if (!response.ok) throw refusal(response.status, object, place);
      return place;
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      if (late.signal.aborted)
        throw storeError(
          `${place || '`urls`'} did not take the ${object.object} within the ${timeoutMs} ms that \`timeoutMs\` allows`,
        );
      if (String(/** @type {NodeJS.ErrnoException} */ (cause).code).startsWith('HEAPHOUND_')) throw cause;
      // The error may repeat the URL: only the code of its cause is shown.
      throw storeError(`the ${object.object} could not be sent to ${place || 'its URL'} (${reasonOf(cause)})`);
    } finally {
      clearTimeout(timer);
      stop.forget();
      body.destroy();
    }
  }

  /**
   * @param {import('./types').PresignedObject} object
   * @returns {Promise<{ url: URL, headers: Record<string, string> } | undefined>}
   */
  async #target(object) {
    const { url, urls, headers } = this.#config;
    if (url !== undefined) return { url, headers: headers ?? {} };
    let given;
    try {
      given = await urls?.(object);
    } catch (cause) {
      throw storeError(`\`urls\` failed for the ${object.object} of ${object.id} (${reasonOf(cause)})`);
    }
    if (given === undefined || given === null) return undefined;
    const isBare = typeof given === 'string' || given instanceof URL;
    return {
      url: webUrl('urls', isBare ? given : given.url),
      headers: { ...headers, ...(isBare ? {} : checkHeaders('urls', given.headers ?? {})) },
    };
  }
}

/** @type {import('../options').Check<URL>} */
function webUrl(name, value) {
  const url = typeof value === 'string' || value instanceof URL ? parse(String(value)) : undefined;
  if (url === undefined || !['https:', 'http:'].includes(url.protocol))
    throw optionError(name, 'must give an http: or https: URL');
  if (url.username !== '' || url.password !== '')
    throw optionError(name, 'must give a URL without a user in it; a signature stands in its query');
  return url;
}

/** @param {string} text */
function parse(text) {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** @type {import('../options').Check<Record<string, string>>} */
function checkHeaders(name, value) {
  try {
    return Object.fromEntries(new Headers(value));
  } catch {
    throw optionError(name, 'has headers that HTTP does not allow');
  }
}

/** @param {URL} url */
function withoutSecrets(url) {
  return `${url.origin}${url.pathname}`;
}

/**
 * @param {number} status
 * @param {import('./types').PresignedObject} object
 * @param {string} place
 */
function refusal(status, object, place) {
  if (status === 401 || status === 403)
    return accessError(
      `${place} does not take the ${object.object}: the URL may be over, or was signed for other headers`,
      { status },
    );
  if (status === 409 || status === 412) return existsError(object.id);
  return storeError(`${place} answered ${status} to the ${object.object}`, { status });
}

/** @param {unknown} error */
function reasonOf(error) {
  /** @typedef {{ code?: unknown, name?: unknown, cause?: Told } | undefined} Told */
  const { cause, ...own } = Object(/** @type {Told} */ (error));
  const code = cause?.code ?? own.code ?? cause?.name ?? /** @type {Told} */ (error)?.name;
  return typeof code === 'string' ? code : 'unknown';
}

module.exports = { PresignedStore, checkPresigned };
