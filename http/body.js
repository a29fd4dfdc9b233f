'use strict';

const { requestError } = require('./errors');
const { unlessGivenUp } = require('../waits/bound');

/** Most bytes of a body: enough for the longest reason and all tags. */
const BODY_LIMIT = 8192;
/** Time limit for such a small body to arrive. */
const ARRIVES_MS = 10_000;

/**
 * Reads a body that is JSON or empty.
 *
 * @param {string} text
 * @returns {unknown}
 */
function parseBody(text) {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw requestError('HEAPHOUND_ERR_BODY', 'the body is not JSON', { cause });
  }
}

/**
 * The members of a body. Unknown members are refused.
 *
 * @param {unknown} body
 * @param {string[]} names
 * @returns {Record<string, any>}
 */
function members(body, names) {
  if (body === undefined || body === null) return {};
  if (typeof body !== 'object' || Array.isArray(body))
    throw requestError('HEAPHOUND_ERR_BODY', 'the body must be an object');
  const stranger = Object.keys(body).find((name) => !names.includes(name));
  if (stranger !== undefined)
    throw requestError('HEAPHOUND_ERR_BODY', `the body has a member that is not known; known are ${names.join(', ')}`);
  const empty = Object.entries(body).find(([, value]) => value === null);
  if (empty) throw requestError('HEAPHOUND_ERR_BODY', `${empty[0]} must not be null`);
  return { ...body };
}

/**
 * Refuses a body with another type than JSON, also when the host's parser reads it. A page of any site can send a form
 * without permission.
 *
 * @param {import('node:http').IncomingHttpHeaders} headers
 */
function checkMediaType({ 'content-type': type, 'content-length': length = '0' }) {
  const isJson = type !== undefined && /^application\/json *(?:;|$)/i.test(type);
  if (!isJson && (type !== undefined || Number(length) > 0)) throw mediaType();
}

/**
 * Takes the body that the host's parser has read.
 *
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {unknown} body
 */
function givenBody({ 'content-type': type }, body) {
  if (type !== undefined) return body;
  // Without a type the body is empty, or a page of another site may have sent it.
  if (typeof body === 'object' && body !== null ? Object.keys(body).length > 0 : Boolean(body)) throw mediaType();
  return undefined;
}

/**
 * Reads a body of JSON. It stops reading a body that is too large.
 *
 * @param {import('node:http').IncomingMessage} req
 * @returns {Promise<unknown>}
 */
async function readBody(req) {
  const { 'content-length': length, 'content-type': type } = req.headers;
  if (Number(length) > BODY_LIMIT) throw tooLarge();
  if (type === undefined) {
    if (
      length === undefined
        ? req.headers['transfer-encoding'] === undefined && req.httpVersionMajor === 1
        : length === '0'
    )
      return undefined;
  }
  const bytes = await unlessGivenUp(collect(req), { signal: AbortSignal.timeout(ARRIVES_MS), graceMs: 0 }).catch(
    (cause) => {
      if (cause.code === 'HEAPHOUND_ERR_BODY_TOO_LARGE') throw cause;
      throw requestError('HEAPHOUND_ERR_BODY', `the body did not arrive as a whole within ${ARRIVES_MS / 1000} s`, {
        cause,
      });
    },
  );
  if (bytes.length > 0 && type === undefined) throw mediaType();
  return parseBody(bytes.toString('utf8'));
}

/**
 * The body may have arrived already, may still arrive, or may never arrive because the client has left. The stream of
 * the request shows which.
 *
 * @param {import('node:http').IncomingMessage} req
 */
async function collect(req) {
  /** @type {Buffer[]} */
  const chunks = [];
  let bytes = 0;
  for await (const chunk of req) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * True when the client still sends a body that the service does not read. The connection then has to end with the
 * answer. HTTP/2 ends the stream by itself.
 *
 * @param {import('node:http').IncomingMessage} req
 */
function hasUnreadBody({ httpVersionMajor, complete, headers }) {
  return (
    httpVersionMajor === 1 &&
    !complete &&
    (Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined)
  );
}

function mediaType() {
  return requestError('HEAPHOUND_ERR_MEDIA_TYPE', 'the body must be application/json');
}

function tooLarge() {
  return requestError('HEAPHOUND_ERR_BODY_TOO_LARGE', `the body may have ${BODY_LIMIT} bytes`);
}

module.exports = { BODY_LIMIT, checkMediaType, givenBody, hasUnreadBody, members, parseBody, readBody };
