'use strict';

// Checks of options, for whatever takes some: the API, the test helpers. They throw before any work starts.

/**
 * @param {string} name of the option
 * @param {string} what is wrong with it and what would be right
 * @returns {Error & { code: 'HEAPHOUND_ERR_OPTION' }}
 */
function optionError(name, what) {
  const code = /** @type {const} */ ('HEAPHOUND_ERR_OPTION');
  return Object.assign(new Error(`option ${name}: ${what}`), { code });
}

/** @typedef {(name: string, value: any) => unknown} Check */

/**
 * Checks options against the checks by name; unknown names are refused, since a misspelt option would be ignored in
 * silence.
 *
 * @param {any} options
 * @param {Record<string, Check>} checks
 * @returns {any} a copy without what is undefined
 */
function checkOptions(options, checks) {
  if (options === undefined) return {};
  if (options === null || typeof options !== 'object') throw optionError('options', 'must be an object');
  /** @type {Record<string, unknown>} */
  const checked = {};
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name))
      throw optionError(name, `is unknown; known are ${Object.keys(checks).join(', ')}`);
    if (value !== undefined) checked[name] = checks[name](name, value);
  }
  return checked;
}

/** @param {number} least @param {number} [most] @returns {Check} */
function integer(least, most = Number.MAX_SAFE_INTEGER) {
  return (name, value) => {
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      throw optionError(name, `must be an integer from ${least} to ${most}`);
    }
    return value;
  };
}

/** @param {readonly string[]} known @returns {Check} */
function oneOf(known) {
  return (name, value) => {
    if (!known.includes(value)) throw optionError(name, `must be one of ${known.join(', ')}`);
    return value;
  };
}

/** @param {'boolean' | 'function' | 'string'} type @returns {Check} */
function ofType(type) {
  return (name, value) => {
    if (typeof value !== type) throw optionError(name, `must be a ${type}`);
    return value;
  };
}

/** A text of one character at least. @type {Check} */
function text(name, value) {
  if (typeof value !== 'string' || value === '') throw optionError(name, 'must be a string');
  return value;
}

module.exports = { checkOptions, integer, oneOf, ofType, optionError, text };
