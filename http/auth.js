'use strict';

// Authentication: the only place that decides which callers are admitted. Every error in it is a refusal.

const { createHash, timingSafeEqual } = require('node:crypto');
const { requestError } = require('./errors');
const { isOver, responseOver } = require('../waits/response');
const { isLoopback, hostOf } = require('./address');

const DEFAULT_MIN_LENGTH = 32;
/** Time limit for the answer of a function of the host. */
const ANSWER_MS = 30_000;
/**
 * Headers that proxies add. A request with one of these came from farther than its socket says. A proxy that adds none
 * speaks HTTP/1.0, as nginx does by default. No program that a person runs today does.
 */
const FORWARDED = new RegExp(
  `^(?:${[
    'via',
    'forwarded',
    '(?:x-)?proxy-.+',
    'x-forwarded(?:-.+)?',
    'x-original-.+',
    'x-envoy-.+',
    'cf-.+',
    'cdn-loop',
    '(?:x-)?(?:real|client|cluster-client|true-client)-ip',
  ].join('|')})$`,
);

/**
 * A request as all adapters give it.
 *
 * @typedef {object} Call
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string | undefined} remoteAddress of the socket, never what a header claims
 * @property {string} [httpVersion]
 * @property {import('../waits/response').Response} response of Node.js: when it is over, the client has left
 * @property {any[]} args arguments for a function of the host: request and reply, or req and res
 * @property {unknown} [self] `this` of that function
 */

const NO_ANSWER = Symbol('no answer');

/** @typedef {{ kind: 'bearer' | 'function' | 'none', authenticate: (call: Call) => Promise<string> }} Authority `authenticate` gives the principal, and rejects unless the caller may */

/**
 * @param {any} auth the option
 * @param {{ dangerouslyAllowUnauthenticated?: boolean }} [options]
 * @returns {Authority}
 */
function createAuthority(auth, { dangerouslyAllowUnauthenticated = false } = {}) {
  if (typeof auth === 'function') return { kind: 'function', authenticate: (call) => byFunction(auth, call) };
  if (auth === 'none') {
    if (dangerouslyAllowUnauthenticated === true) return { kind: 'none', authenticate: byNobody };
    throw noAuth("`auth: 'none'` needs `dangerouslyAllowUnauthenticated: true` beside it");
  }
  if (auth === null || typeof auth !== 'object' || auth.bearer === undefined) {
    throw noAuth('give `auth: { bearer: [key] }`, a function that answers true, or a chain of @fastify/auth');
  }
  return byBearer(auth);
}

/** @param {{ bearer: Iterable<string>, minLength?: number }} auth @returns {Authority} */
function byBearer({ bearer, minLength = DEFAULT_MIN_LENGTH, ...unknown }) {
  if (Object.keys(unknown).length > 0)
    throw noAuth(`\`auth.${Object.keys(unknown)[0]}\` is unknown; known are bearer and minLength`);
  if (!Number.isInteger(minLength) || minLength < 16) throw noAuth('`auth.minLength` must be an integer from 16');
  if (!Array.isArray(bearer) && !(bearer instanceof Set))
    throw noAuth('`auth.bearer` must be an array or a set of keys');
  const keys = [...bearer].map((key, position) => {
    if (typeof key !== 'string')
      throw noAuth(
        `key ${position + 1} of \`auth.bearer\` is ${key === undefined ? 'undefined: is the environment variable set?' : 'not a text'}`,
      );
    if (key.length < minLength || /\s/.test(key))
      throw noAuth(`key ${position + 1} of \`auth.bearer\` must have ${minLength} characters at least, and no space`);
    return hash(key);
  });
  if (keys.length === 0) throw noAuth('`auth.bearer` is empty');
  // Names a key in the audit, and does not reveal it.
  const names = keys.map((key) => `bearer:${createHash('sha256').update(key).digest('hex').slice(0, 8)}`);
  return {
    kind: 'bearer',
    authenticate: async ({ headers }) => {
      const [, key] = /^Bearer +([^\s]+) *$/i.exec(headers.authorization ?? '') ?? [];
      if (key === undefined) throw unauthorized('a key is needed: authorization: Bearer KEY');
      const given = hash(key);
      let found = -1;
      // All keys are compared, also after a match, so that the time is constant. Hashes have one length for keys of any
      // length.
      for (let index = 0; index < keys.length; index += 1) if (timingSafeEqual(keys[index], given)) found = index;
      if (found < 0) throw unauthorized('the key is not known');
      return names[found];
    },
  };
}

/**
 * There are two kinds of functions: those with a callback (three parameters), such as the result of
 * `fastify.auth([...])`, and those that answer `true`.
 *
 * @param {Function} check
 * @param {Call} call
 * @returns {Promise<string>}
 */
async function byFunction(check, { args, self, response }) {
  // The function may have answered the request by itself, as a middleware does, and never call back.
  const over = responseOver(response, ANSWER_MS).then(() => NO_ANSWER);
  const answer = await Promise.race([asked(check, args, self), over]).catch((cause) => {
    if (cause?.statusCode === 401) throw unauthorized('the service does not know you', { cause });
    if (cause?.statusCode === 403)
      throw requestError('HEAPHOUND_ERR_FORBIDDEN', 'the service does not let you do this', { cause });
    if (cause?.statusCode === 429)
      throw requestError('HEAPHOUND_ERR_RATE_LIMIT', 'the service was asked too often: try again later', {
        cause,
        headers: retryAfter(cause),
      });
    throw requestError('HEAPHOUND_ERR_AUTH', 'the check of who you are failed', { cause });
  });
  if (answer === NO_ANSWER && isOver(response))
    throw requestError(
      'HEAPHOUND_ERR_AUTH',
      'the check of who you are answered by itself, or the client left before it',
      { answerStatus: 401 },
    );
  if (answer === NO_ANSWER)
    throw requestError('HEAPHOUND_ERR_AUTH', `the check of who you are gave no answer within ${ANSWER_MS / 1000} s`);
  if (answer !== true) throw unauthorized('the service does not know you');
  return 'function';
}

/**
 * @param {Function} check
 * @param {any[]} args
 * @param {unknown} self
 * @returns {Promise<unknown>}
 */
async function asked(check, args, self) {
  if (check.length < 3) return check.apply(self, args);
  return new Promise((resolve, reject) => {
    const done = (/** @type {unknown} */ error) => {
      // A refusal may be another value than an error object. The service does not know the reason of a chain's refusal.
      if (error === undefined || error === null) resolve(true);
      else
        reject(
          Object.assign(error instanceof Error ? error : new Error(String(error)), {
            statusCode: /** @type {{ statusCode?: number }} */ (error).statusCode ?? 401,
          }),
        );
    };
    Promise.resolve(check.apply(self, [...args, done])).catch(reject);
  });
}

/**
 * The time of the next attempt, if a limiter's error has it.
 *
 * @param {{ headers?: Record<string, unknown> }} cause
 * @returns {Record<string, string>}
 */
function retryAfter({ headers }) {
  const after = headers?.['retry-after'];
  return after === undefined ? {} : { 'retry-after': String(after) };
}

/**
 * A socket whose other end is on this machine proves nothing: it may be a proxy's, which forwards requests of anybody.
 *
 * @param {Call} call
 * @returns {Promise<string>}
 */
async function byNobody({ headers, remoteAddress, httpVersion }) {
  const isForwarded = httpVersion === '1.0' || Object.keys(headers).some((name) => FORWARDED.test(name));
  const isLocal = isLoopback(remoteAddress) && isLoopback(hostOf(headers)) && !isForwarded;
  if (!isLocal)
    throw requestError(
      'HEAPHOUND_ERR_FORBIDDEN',
      'without keys only this machine is served, by its own name and with no proxy between',
    );
  return 'nobody';
}

/** @param {string} key */
function hash(key) {
  return createHash('sha256').update(key).digest();
}

/** @param {string} what */
function noAuth(what) {
  return requestError('HEAPHOUND_ERR_NO_AUTH', `heaphound serves nobody without knowing whom: ${what}`);
}

/**
 * @param {string} message
 * @param {{ cause?: unknown, answerStatus?: number }} [more]
 */
function unauthorized(message, more) {
  return requestError('HEAPHOUND_ERR_UNAUTHORIZED', message, {
    headers: { 'www-authenticate': 'Bearer realm="heaphound"' },
    ...more,
  });
}

module.exports = { createAuthority };
