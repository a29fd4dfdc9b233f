'use strict';

// What the viewer refuses, and the status of each error.

const { toError } = require('../errors');

/** Errors that are no failure of ours. @type {Record<string, number>} */
const STATUS = {
  HEAPHOUND_ERR_OPTION: 400,
  HEAPHOUND_ERR_BODY: 400,
  HEAPHOUND_ERR_UNAUTHORIZED: 401,
  HEAPHOUND_ERR_CROSS_SITE: 403,
  HEAPHOUND_ERR_FORBIDDEN: 403,
  HEAPHOUND_ERR_NODE: 404,
  HEAPHOUND_ERR_NO_FILE: 404,
  HEAPHOUND_ERR_NO_ROUTE: 404,
  HEAPHOUND_ERR_NOT_READY: 409,
  HEAPHOUND_ERR_SAME: 409,
  HEAPHOUND_ERR_UNRELATED: 409,
  HEAPHOUND_ERR_CLOSED: 410,
  HEAPHOUND_ERR_BODY_TOO_LARGE: 413,
  HEAPHOUND_ERR_MEDIA_TYPE: 415,
  HEAPHOUND_ERR_PAGE: 503,
  HEAPHOUND_ERR_NO_HEADROOM: 507,
  HEAPHOUND_ERR_NO_SPACE: 507,
};
/** Codes of Fastify for requests that it cannot read. @type {Record<string, string>} */
const OF_FASTIFY = {
  FST_ERR_VALIDATION: 'HEAPHOUND_ERR_OPTION',
  FST_ERR_BAD_URL: 'HEAPHOUND_ERR_NO_ROUTE',
  FST_ERR_CTP_BODY_TOO_LARGE: 'HEAPHOUND_ERR_BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'HEAPHOUND_ERR_MEDIA_TYPE',
};

/** @param {string} code @param {string} message */
function viewError(code, message) {
  return toError({ code, message }, new Error('at'));
}

/** @param {number} position */
function noFileError(position) {
  return viewError('HEAPHOUND_ERR_NO_FILE', `the viewer has no file ${position}: it was removed, or never opened`);
}

/** @param {string} what is not ready, and when to ask again */
function notReadyError(what) {
  return viewError('HEAPHOUND_ERR_NOT_READY', what);
}

/**
 * @param {unknown} thrown
 * @returns {{ status: number, error: { code: string, message: string } }}
 */
function failureOf(thrown) {
  const { code, statusCode, message } = /** @type {{ code?: string, statusCode?: number, message?: string }} */ (
    thrown ?? {}
  );
  const ours = codeOf(code, statusCode);
  if (ours === undefined)
    return { status: 500, error: { code: 'HEAPHOUND_ERR_INTERNAL', message: 'the viewer failed; please report it' } };
  return { status: STATUS[ours] ?? 422, error: { code: ours, message: String(message) } };
}

/**
 * @param {string | undefined} code
 * @param {number | undefined} statusCode
 */
function codeOf(code, statusCode) {
  if (code?.startsWith('HEAPHOUND_ERR_')) return code;
  if (code !== undefined && Object.hasOwn(OF_FASTIFY, code)) return OF_FASTIFY[code];
  // A body that is no JSON has no code of its own.
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500 ? 'HEAPHOUND_ERR_BODY' : undefined;
}

module.exports = { failureOf, noFileError, notReadyError, viewError };
