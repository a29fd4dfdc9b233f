'use strict';

// What a store knows of a snapshot: `StoredSnapshot` of the types.

const { randomBytes } = require('node:crypto');
const os = require('node:os');
const { optionError } = require('../errors');
const { checkOptions, ofType } = require('../options');
const { toJson } = require('../../words/text');

const ID = /^[0-9a-f]{32}$/;
const TAG = /^[A-Za-z0-9._-]{1,64}$/;
const TRIGGER = /^[a-z][a-z0-9-]{0,31}$/;
const MAX_REASON = 1000;
const MAX_TAGS = 16;

/** @typedef {{ id: string, trigger: string, reason: string, tags: string[] }} About */

const ABOUT = {
  id: checkId,
  trigger: (/** @type {string} */ name, /** @type {any} */ value) => {
    if (typeof value !== 'string' || !TRIGGER.test(value))
      throw optionError(name, 'must be lower-case letters, digits and hyphens, up to 32');
    return value;
  },
  reason: (/** @type {string} */ name, /** @type {any} */ value) => {
    ofType('string')(name, value);
    if (value.length > MAX_REASON) throw optionError(name, `must have up to ${MAX_REASON} characters`);
    return value;
  },
  tags: (/** @type {string} */ name, /** @type {any} */ value) => {
    const isFine =
      Array.isArray(value) &&
      value.length <= MAX_TAGS &&
      value.every((tag) => typeof tag === 'string' && TAG.test(tag));
    if (!isFine)
      throw optionError(
        name,
        `must be an array of up to ${MAX_TAGS} texts of letters, digits, dots, underscores and hyphens, each up to 64`,
      );
    return [...value];
  },
};

/**
 * @param {any} meta
 * @returns {About}
 */
function checkAbout(meta) {
  return { id: randomBytes(16).toString('hex'), trigger: 'manual', reason: '', tags: [], ...checkOptions(meta, ABOUT) };
}

/**
 * @param {string} name
 * @param {any} value
 * @returns {string}
 */
function checkId(name, value) {
  if (typeof value !== 'string' || !ID.test(value)) throw optionError(name, 'must be 32 hexadecimal digits');
  return value;
}

/**
 * @param {About} about
 * @param {any} result `CaptureResult`
 * @param {{ location: string, filePath?: string, storedBytes: number, sha256: string, encrypted?: 'age' }} where of the
 *   stored bytes, which may be other than the captured ones
 * @returns {import('./types').StoredSnapshot}
 */
function toRecord(about, result, where) {
  const { path: _, ...facts } = result;
  return {
    version: 1,
    ...facts,
    host: os.hostname(),
    ...about,
    ...where,
    ...(where.filePath !== undefined && { path: where.filePath }),
  };
}

/**
 * The text of a sidecar. The reason in it may come from a stranger: it acts on no terminal.
 *
 * @param {object} record
 */
function recordText(record) {
  return `${toJson(record, 2)}\n`;
}

module.exports = { ABOUT, ID, checkAbout, checkId, recordText, toRecord };
