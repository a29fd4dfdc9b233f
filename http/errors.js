'use strict';

// Errors as answers of HTTP: a status for each code, and one shape, which is Fastify's.

const { STATUS_CODES } = require('node:http');

/** Every other code is 500: the caller cannot repair it. @type {Record<string, number>} */
const STATUSES = {
  HEAPHOUND_ERR_OPTION: 400,
  HEAPHOUND_ERR_BODY: 400,
  HEAPHOUND_ERR_UNAUTHORIZED: 401,
  HEAPHOUND_ERR_FORBIDDEN: 403,
  HEAPHOUND_ERR_CROSS_SITE: 403,
  HEAPHOUND_ERR_FREEZE_FORBIDDEN: 403,
  HEAPHOUND_ERR_IMAGE_DOWNLOAD: 403,
  HEAPHOUND_ERR_NO_ROUTE: 404,
  HEAPHOUND_ERR_NO_OPERATION: 404,
  HEAPHOUND_ERR_NO_WATCHER: 404,
  HEAPHOUND_ERR_NOT_STORED: 404,
  HEAPHOUND_ERR_METHOD: 405,
  HEAPHOUND_ERR_BUSY: 409,
  HEAPHOUND_ERR_CANCELLED: 409,
  HEAPHOUND_ERR_ENCRYPTED: 409,
  HEAPHOUND_ERR_IS_IMAGE: 409,
  HEAPHOUND_ERR_REPORT: 409,
  HEAPHOUND_ERR_SAME: 409,
  HEAPHOUND_ERR_UNRELATED: 409,
  HEAPHOUND_ERR_WRITE_ONLY: 409,
  HEAPHOUND_ERR_BODY_TOO_LARGE: 413,
  HEAPHOUND_ERR_MEDIA_TYPE: 415,
  HEAPHOUND_ERR_COOLDOWN: 429,
  HEAPHOUND_ERR_DAY_LIMIT: 429,
  HEAPHOUND_ERR_RATE_LIMIT: 429,
  HEAPHOUND_ERR_STORE: 502,
  HEAPHOUND_ERR_STORE_ACCESS: 502,
  HEAPHOUND_ERR_MAX_PAUSE: 503,
  HEAPHOUND_ERR_NO_HEADROOM: 503,
  HEAPHOUND_ERR_SHUTDOWN: 503,
  HEAPHOUND_ERR_TIMEOUT: 504,
  HEAPHOUND_ERR_NO_SPACE: 507,
};

/**
 * Codes for errors of the host or its plugins, by status: `@fastify/rate-limit` has no code of its own.
 *
 * @type {Record<number, string>}
 */
const OF_HOST = {
  400: 'HEAPHOUND_ERR_BODY',
  401: 'HEAPHOUND_ERR_UNAUTHORIZED',
  403: 'HEAPHOUND_ERR_FORBIDDEN',
  404: 'HEAPHOUND_ERR_NO_ROUTE',
  405: 'HEAPHOUND_ERR_METHOD',
  413: 'HEAPHOUND_ERR_BODY_TOO_LARGE',
  415: 'HEAPHOUND_ERR_MEDIA_TYPE',
  429: 'HEAPHOUND_ERR_RATE_LIMIT',
};

/**
 * Codes for errors of Fastify itself before a handler, by status.
 *
 * @type {Record<number, [code: string, message: string]>}
 */
const FROM_FASTIFY = {
  400: ['HEAPHOUND_ERR_BODY', 'the body does not match its headers'],
  413: ['HEAPHOUND_ERR_BODY_TOO_LARGE', 'the body is too large'],
  415: ['HEAPHOUND_ERR_MEDIA_TYPE', 'the body must be application/json'],
};

/**
 * @param {string} code
 * @param {string} message
 * @param {{ cause?: unknown, answerStatus?: number, headers?: Record<string, string> }} [more] `answerStatus`: another
 *   one than the code has
 */
function requestError(code, message, { cause, answerStatus, headers } = {}) {
  return Object.assign(new Error(message, { cause }), {
    code,
    ...(answerStatus && { answerStatus }),
    ...(headers && { headers }),
  });
}

/**
 * A thrown value. It may have these members, or none.
 *
 * @typedef {{ code?: unknown, message?: unknown, statusCode?: number, answerStatus?: number, retryAfterMs?: number,
 *   headers?: Record<string, string>, need?: number, have?: number } | null | undefined} Thrown
 *
 * @typedef {{ statusCode: number, code: string, error: string, message: string, need?: number, have?: number }}
 *   ErrorBody
 */

/**
 * Hides the message of an error that is not heaphound's: it was not written for strangers.
 *
 * @param {unknown} thrown
 * @returns {{ status: number, headers: Record<string, string>, body: ErrorBody }}
 */
function errorAnswer(thrown) {
  const error = /** @type {Thrown} */ (thrown);
  const { status, code, message } = describe(error);
  /** @type {Record<string, string>} */
  const headers = { ...error?.headers };
  if (error?.retryAfterMs !== undefined)
    headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfterMs / 1000)));
  const { need, have } = error ?? {};
  return {
    status,
    headers,
    body: { statusCode: status, code, error: STATUS_CODES[status] ?? 'Error', message, need, have },
  };
}

/** @param {Thrown} error */
function describe(error) {
  const code = String(error?.code ?? '');
  const { answerStatus, statusCode = 0, message } = error ?? {};
  if (code.startsWith('HEAPHOUND_ERR_'))
    return { status: answerStatus ?? STATUSES[code] ?? 500, code, message: String(message) };
  const known = code.startsWith('FST_ERR_') ? FROM_FASTIFY[statusCode] : undefined;
  if (known) return { status: statusCode, code: known[0], message: known[1] };
  // Plugins of the host, such as @fastify/rate-limit, refuse a request by throwing.
  const refused = Number.isInteger(statusCode) && statusCode >= 400 && statusCode < 500;
  if (refused)
    return {
      status: statusCode,
      code: code || (OF_HOST[statusCode] ?? 'HEAPHOUND_ERR_REFUSED'),
      message: String(message),
    };
  return {
    status: 500,
    code: 'HEAPHOUND_ERR_INTERNAL',
    message: 'an unexpected error; the log of the service has it',
  };
}

module.exports = { requestError, errorAnswer };
