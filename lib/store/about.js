'use strict';

// Facts about a snapshot or an image that the caller of a store gives: `SnapshotMeta` of the types.

const { randomBytes } = require('node:crypto');
const { optionError } = require('../errors');
const { checkOptions, ofType, oneOf } = require('../options');

const ID = /^[0-9a-f]{32}$/;
const TAG = /^[A-Za-z0-9._-]{1,64}$/;
const TRIGGER = /^[a-z][a-z0-9-]{0,31}$/;
const MAX_REASON = 1000;
const MAX_TAGS = 16;

/** @typedef {{ id: string, trigger: string, reason: string, tags: string[], kind?: 'image' }} About */

/** @satisfies {Record<string, import('../options').Check>} */
const ABOUT = {
  id: checkId,
  kind: oneOf(['image']),
  /** @returns {string} */
  trigger: (name, value) => {
    if (typeof value !== 'string' || !TRIGGER.test(value))
      throw optionError(name, 'must be lower-case letters, digits and hyphens, up to 32');
    return value;
  },
  reason: (name, value) => {
    const reason = ofType('string')(name, value);
    if (reason.length > MAX_REASON) throw optionError(name, `must have up to ${MAX_REASON} characters`);
    return reason;
  },
  /** @returns {string[]} */
  tags: (name, value) => {
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
 * @param {import('./types').SnapshotMeta} [meta]
 * @returns {About}
 */
function checkAbout(meta) {
  return { id: randomBytes(16).toString('hex'), trigger: 'manual', reason: '', tags: [], ...checkOptions(meta, ABOUT) };
}

/** @type {import('../options').Check<string>} */
function checkId(name, value) {
  if (typeof value !== 'string' || !ID.test(value)) throw optionError(name, 'must be 32 hexadecimal digits');
  return value;
}

module.exports = { ABOUT, ID, checkAbout, checkId };
