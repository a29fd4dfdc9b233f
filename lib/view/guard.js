'use strict';

// Who may ask: this page, in a browser of this machine, by a name of this machine. A page of another site can send
// requests to any port of this machine, and can have its own name lead to 127.0.0.1 (DNS rebinding).

const { createHash, randomBytes, timingSafeEqual } = require('node:crypto');
const { viewError } = require('./errors');

/** Bytes of the token: nobody guesses it. */
const TOKEN_BYTES = 32;
const HEADER = 'x-heaphound-token';
const NAMES = ['127.0.0.1', 'localhost'];

function newToken() {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

class Guard {
  /** @type {Buffer | undefined} */
  #ticket;
  /** Hashes have one length, whatever was sent. */
  #token;
  /** @type {Set<string>} */
  #hosts = new Set();

  /** @param {string} token */
  constructor(token) {
    this.#token = hash(token);
  }

  /** @param {number} port that the server listens on */
  listensOn(port) {
    // A browser leaves the port of HTTP out.
    this.#hosts = new Set(NAMES.flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]));
  }

  /** A word that stands for the token once. */
  newTicket() {
    const ticket = newToken();
    this.#ticket = hash(ticket);
    return ticket;
  }

  /**
   * @param {unknown} given
   * @returns {boolean} true the first time
   */
  takeTicket(given) {
    if (typeof given !== 'string' || this.#ticket === undefined) return false;
    const isRight = timingSafeEqual(hash(given), this.#ticket);
    if (isRight) this.#ticket = undefined;
    return isRight;
  }

  /**
   * Refuses what did not come from the page of this viewer.
   *
   * @param {import('node:http').IncomingHttpHeaders} headers
   * @param {boolean} isApi false for the page itself, which a user opens by its address
   */
  check(headers, isApi) {
    const host = headers.host?.toLowerCase() ?? '';
    if (!this.#hosts.has(host)) throw crossSite('the request has another host name than that of the viewer');
    const { origin } = headers;
    if (origin !== undefined && origin.toLowerCase() !== `http://${host}`)
      throw crossSite('a page of another site may not ask the viewer');
    if (!isApi) return;
    const site = headers['sec-fetch-site'];
    if (site === 'cross-site' || site === 'same-site') throw crossSite('a page of another site may not ask the viewer');
    const given = headers[HEADER];
    if (typeof given !== 'string' || !timingSafeEqual(hash(given), this.#token)) {
      const message = `the header ${HEADER} must have the token of the address that the viewer printed`;
      throw viewError('HEAPHOUND_ERR_UNAUTHORIZED', message);
    }
  }
}

/** @param {string} text */
function hash(text) {
  return createHash('sha256').update(text).digest();
}

/** @param {string} message */
function crossSite(message) {
  return viewError('HEAPHOUND_ERR_CROSS_SITE', message);
}

module.exports = { Guard, newToken };
