'use strict';

// Serves the table of routes for plain requests of Node.js, HTTP/1 or HTTP/2.

const { pipeline } = require('node:stream');
const { setImmediate: nextTurn } = require('node:timers/promises');
const { isOver, responseOver } = require('../waits/response');
const { givenBody, hasUnreadBody, readBody } = require('./body');
const { requestError } = require('./errors');
const { ROUTES } = require('./routes');
const { toJson } = require('../words/text');

/** @typedef {import('node:http').IncomingMessage} Req */
/** @typedef {import('node:http').ServerResponse} Res */
/** @typedef {import('./routes').Route} Route */

/** Time limit for sending an answer of a few hundred bytes. */
const FLUSH_MS = 10_000;
/** A route that does not exist. Only an admitted client learns that. */
const UNKNOWN = { method: /** @type {const} */ ('POST'), action: 'unknown' };

/**
 * Answers a request under `base`; returns false for a request with another path.
 *
 * @param {import('./gateway').Gateway} gateway
 * @param {Req} req
 * @param {Res} res
 * @param {{ base: string, mounted?: string, body?: unknown }} where `mounted`: the part of the path that the framework
 *   has removed; `body`: the body, if the framework has read it
 * @returns {Promise<boolean>}
 */
async function serve(gateway, req, res, { base, mounted = '', body }) {
  const [path, search = ''] = (req.url ?? '').split('?', 2);
  if (path !== base && !path.startsWith(`${base}/`)) return false;
  try {
    const { route, params, allow } = find(String(req.method), path.slice(base.length));
    const by = await gateway.admit(route ?? UNKNOWN, {
      headers: req.headers,
      remoteAddress: req.socket?.remoteAddress,
      httpVersion: req.httpVersion,
      response: res,
      args: [req, res],
    });
    if (res.headersSent) return true;
    if (route === undefined) throw nothingHere(allow);
    const request = {
      params,
      query: Object.fromEntries(new URLSearchParams(search)),
      base: gateway.linkBase(`${mounted}${base}`, req.headers),
      by,
      flushed: flushed(res),
    };
    send(
      res,
      await gateway.answer(route, {
        ...request,
        body:
          route.method === 'POST'
            ? body === undefined
              ? await readBody(req)
              : givenBody(req.headers, body)
            : undefined,
      }),
    );
  } catch (error) {
    const answer = gateway.failure(error);
    // Other code answered, or the client has left.
    if (isOver(res)) return true;
    if (res.headersSent) res.destroy();
    else send(res, hasUnreadBody(req) ? { ...answer, headers: { ...answer.headers, connection: 'close' } } : answer);
  }
  return true;
}

/**
 * @param {string} method
 * @param {string} path below the base
 * @returns {{ route?: Route, params: Record<string, string>, allow: string[] }} `allow`: methods that the path does
 *   have
 */
function find(method, path) {
  const parts = path.split('/');
  const allow = [];
  for (const route of ROUTES) {
    const params = match(route.path.split('/'), parts);
    if (params === undefined) continue;
    if (route.method === method) return { route, params, allow };
    allow.push(route.method);
  }
  return { params: {}, allow };
}

/**
 * @param {string[]} pattern
 * @param {string[]} parts
 * @returns {Record<string, string> | undefined}
 */
function match(pattern, parts) {
  if (pattern.length !== parts.length) return undefined;
  /** @type {Record<string, string>} */
  const params = {};
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = decoded(parts[index]);
    else if (part !== parts[index]) return undefined;
  }
  return params;
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    // No id and no name has this form.
    return part;
  }
}

/** @param {string[]} allow */
function nothingHere(allow) {
  if (allow.length === 0) return requestError('HEAPHOUND_ERR_NO_ROUTE', 'there is nothing here');
  return requestError('HEAPHOUND_ERR_METHOD', `this takes ${allow.join(' and ')}`, {
    headers: { allow: allow.join(', ') },
  });
}

/**
 * Resolves one turn of the event loop after the answer went to the system, so that a capture cannot hold back a byte of
 * it. It also resolves when the client has left, or after the time limit.
 *
 * @param {Res} res
 * @returns {Promise<void>}
 */
async function flushed(res) {
  await responseOver(res, FLUSH_MS);
  await nextTurn();
}

/**
 * @param {Res} res
 * @param {import('./routes').Answer} answer
 */
function send(res, { status, headers = {}, body, stream }) {
  if (stream) {
    res.writeHead(status, headers);
    pipeline(stream, res, () => {
      // When the client leaves or the file breaks off, the response is destroyed, which the client sees.
    });
    return;
  }
  if (body === undefined) {
    res.writeHead(status, headers).end();
    return;
  }
  const text = toJson(body);
  res
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(text)),
      ...headers,
    })
    .end(text);
}

module.exports = { serve, flushed };
