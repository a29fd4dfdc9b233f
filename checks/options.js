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

/**
 * Gives the option as it is used, or throws.
 *
 * @template [T=any]
 * @typedef {(name: string, value: any) => T} Check
 */

/**
 * Checks options against the checks by name; unknown names are refused, since a misspelt option would be ignored in
 * silence.
 *
 * @template {Record<string, Check>} C
 * @param {unknown} options
 * @param {C} checks
 * @returns {{ [Name in keyof C]?: ReturnType<C[Name]> }} a copy without what is undefined
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
  return /** @type {{ [Name in keyof C]?: ReturnType<C[Name]> }} */ (checked);
}

/** @param {number} least @param {number} [most] @returns {Check<number>} */
function integer(least, most = Number.MAX_SAFE_INTEGER) {
  return (name, value) => {
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      throw optionError(name, `must be an integer from ${least} to ${most}`);
    }
    return value;
  };
}

/** @template {string} const K @param {readonly K[]} known @returns {Check<K>} */
function oneOf(known) {
  return (name, value) => {
    if (!known.includes(value)) throw optionError(name, `must be one of ${known.join(', ')}`);
    return value;
  };
}

/** @typedef {{ boolean: boolean, string: string, function: (...args: any[]) => any }} Types */

/** @template {keyof Types} T @param {T} type @returns {Check<Types[T]>} */
function ofType(type) {
  return (name, value) => {
    if (typeof value !== type) throw optionError(name, `must be a ${type}`);
    return value;
  };
}

/** A text of one character at least. @type {Check<string>} */
function text(name, value) {
  if (typeof value !== 'string' || value === '') throw optionError(name, 'must be a string');
  return value;
}

module.exports = { checkOptions, integer, oneOf, ofType, optionError, text };
