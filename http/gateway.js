'use strict';

// Receives requests from every framework: admits or refuses them, answers them, and writes them into the audit.

const diagnostics = require('node:diagnostics_channel');
const { createService, openStore, watchMemory } = require('..');
const { createAuthority } = require('./auth');
const { checkMediaType } = require('./body');
const { refuseCrossSite } = require('./cross-site');
const { errorAnswer, requestError } = require('./errors');
const { Failures } = require('./failures');
const { checkGatewayOptions, isPath } = require('./options');

const audit = diagnostics.channel('heaphound:audit');

/** Headers of every answer: it is for this client and this moment only, so it must not be cached. */
const HEADERS = Object.freeze({
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
});

/**
 * Refusals of clients that may be guessing a key.
 *
 * @type {Set<string | undefined>}
 */
const REFUSALS = new Set(['HEAPHOUND_ERR_UNAUTHORIZED', 'HEAPHOUND_ERR_FORBIDDEN', 'HEAPHOUND_ERR_RATE_LIMIT']);

/** @typedef {import('./routes').Route} Route */
/** @typedef {import('./routes').Answer} Answer */

/**
 * Opens the store, the service and the watcher, after a check of the option `auth`.
 *
 * @param {import('./index').DeskOptions} options
 * @param {import('..').ServiceLog} [log]
 * @returns {Promise<Gateway>}
 */
async function openGateway(options, log = options.log) {
  const {
    auth,
    dangerouslyAllowUnauthenticated,
    allowDownload,
    hosts,
    publicPrefix,
    store: where,
    watch,
    ...forService
  } = checkGatewayOptions(options);
  const authority = createAuthority(auth, { dangerouslyAllowUnauthenticated });
  const downloads =
    typeof allowDownload === 'object'
      ? createAuthority(allowDownload.auth)
      : allowDownload === true
        ? authority
        : undefined;
  const isOurs = typeof (/** @type {Partial<import('..').Store> | undefined} */ (where)?.capture) !== 'function';
  const store = isOurs ? await openStore(where) : where;
  try {
    const service = createService({ ...forService, store, log });
    const watcher = watch ? await watchMemory({ ...(watch === true ? {} : watch), service, log }) : undefined;
    return new Gateway({
      service,
      watcher,
      authority,
      downloads,
      hosts,
      publicPrefix,
      log,
      closeStore: isOurs ? () => store.close() : undefined,
    });
  } catch (error) {
    if (isOurs) await store.close();
    throw error;
  }
}

class Gateway {
  #authority;
  #downloads;
  #hosts;
  #publicPrefix;
  #log;
  #closeStore;
  #failures = new Failures();
  /** @type {Promise<void> | undefined} */
  #closing;

  /**
   * @param {object} parts
   * @param {import('..').Service} parts.service
   * @param {import('..').MemoryWatcher} [parts.watcher]
   * @param {import('./auth').Authority} parts.authority
   * @param {import('./auth').Authority} [parts.downloads]
   * @param {string[]} [parts.hosts]
   * @param {string} [parts.publicPrefix]
   * @param {import('..').ServiceLog} [parts.log]
   * @param {() => Promise<void>} [parts.closeStore]
   */
  constructor({ service, watcher, authority, downloads, hosts, publicPrefix, log, closeStore }) {
    this.service = service;
    this.watcher = watcher;
    this.#authority = authority;
    this.#downloads = downloads;
    this.#hosts = hosts;
    this.#publicPrefix = publicPrefix;
    this.#log = log;
    this.#closeStore = closeStore;
  }

  get authKind() {
    return this.#authority.kind;
  }

  get allowsDownload() {
    return this.#downloads !== undefined;
  }

  /**
   * The beginning of links. When a proxy removes a prefix of the path, the option or a header names the prefix. A
   * client can forge the header, but the prefix only gets into the answer to that client.
   *
   * @param {string} base of the routes in this process
   * @param {import('node:http').IncomingHttpHeaders} headers
   */
  linkBase(base, { 'x-forwarded-prefix': forwarded }) {
    const prefix = this.#publicPrefix ?? (typeof forwarded === 'string' ? forwarded.replace(/\/$/, '') : '');
    return `${isPath(prefix) ? prefix : ''}${base}`;
  }

  /**
   * The first step of every request. Rejects unless the client is admitted.
   *
   * @param {Pick<Route, 'method' | 'action' | 'isDownload'>} route
   * @param {import('./auth').Call} call
   * @returns {Promise<{ who: string, address: string | undefined }>}
   */
  async admit({ method, action, isDownload }, call) {
    const address = call.remoteAddress;
    try {
      const who = await this.#authenticate(isDownload === true, call);
      refuseCrossSite(call.headers, { hasEffect: method !== 'GET', hosts: this.#hosts });
      if (method === 'POST') checkMediaType(call.headers);
      return { who, address };
    } catch (error) {
      this.refused({ action, by: { who: 'unknown', address }, error });
      throw error;
    }
  }

  /**
   * @param {boolean} isDownload
   * @param {import('./auth').Call} call
   */
  async #authenticate(isDownload, call) {
    try {
      const authority = isDownload && this.#downloads ? this.#downloads : this.#authority;
      const who = await authority.authenticate(call);
      if (isDownload && !this.#downloads)
        throw requestError('HEAPHOUND_ERR_FORBIDDEN', 'snapshots are not given out here (`allowDownload`)');
      return who;
    } catch (error) {
      if (REFUSALS.has(/** @type {NodeJS.ErrnoException} */ (error).code)) await this.#failures.wait();
      throw error;
    }
  }

  /**
   * @param {Route} route
   * @param {import('./routes').AdmittedRequest} request
   * @returns {Promise<Answer>}
   */
  async answer(route, request) {
    const { action, method } = route;
    try {
      const answer = await route.handle(this, request);
      if (method !== 'GET' || route.isDownload)
        audit.publish({
          at: new Date().toISOString(),
          action,
          outcome: 'accepted',
          by: request.by,
          params: request.params,
          status: answer.status,
        });
      return { ...answer, headers: { ...HEADERS, ...answer.headers } };
    } catch (error) {
      this.refused({ action, by: request.by, error });
      throw error;
    }
  }

  /**
   * @param {unknown} error
   * @returns {Answer}
   */
  failure(error) {
    const { status, headers, body } = errorAnswer(error);
    if (status === 500) this.#log?.error({ err: error }, 'heaphound: a request failed');
    return { status, headers: { ...HEADERS, ...headers }, body };
  }

  /** @param {{ action: string, by: { who: string, address: string | undefined }, error: unknown }} what */
  refused({ action, by, error }) {
    const { status, body } = errorAnswer(error);
    audit.publish({ at: new Date().toISOString(), action, outcome: 'refused', by, status, code: body.code });
    if (this.#failures.isWorthALine())
      this.#log?.warn({ action, by, code: body.code }, 'heaphound: a request was refused');
  }

  isReady() {
    return this.service.isReady();
  }

  /** Ends the service: no further operation begins. */
  close() {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close() {
    try {
      await this.watcher?.close();
    } finally {
      await this.service.close();
      await this.#closeStore?.();
    }
  }
}

module.exports = { openGateway, Gateway };
