'use strict';

const { ignoreLeaks } = require('..');
const { optionError } = require('./errors');

/** @typedef {(name: string, value: any) => unknown} Check */

/**
 * @param {any} options
 * @param {Record<string, Check>} checks
 * @returns {any} a copy without what is undefined; what is not known is refused, since a misspelt option would be ignored in silence
 */
function checkOptions(options, checks) {
  if (options === undefined) return {};
  if (options === null || typeof options !== 'object') throw optionError('options', 'must be an object');
  /** @type {Record<string, unknown>} */
  const checked = {};
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) throw optionError(name, `is unknown; known are ${Object.keys(checks).join(', ')}`);
    if (value !== undefined) checked[name] = checks[name](name, value);
  }
  return checked;
}

/** @param {number} least @param {number} [most] @returns {Check} */
function integer(least, most = Number.MAX_SAFE_INTEGER) {
  return (name, value) => {
    if (!Number.isSafeInteger(value) || value < least || value > most) throw optionError(name, `must be an integer from ${least} to ${most}`);
    return value;
  };
}

/** @param {'boolean' | 'string'} type @returns {Check} */
function ofType(type) {
  return (name, value) => {
    if (typeof value !== type || value === '') throw optionError(name, `must be a ${type}`);
    return value;
  };
}

/** @type {Check} */
function strings(name, value) {
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) throw optionError(name, 'must be an array of strings');
  return [...value];
}

/** @type {Check} What leaks are left out. */
function patterns(name, value) {
  ignoreLeaks([], value);
  return Array.isArray(value) ? value : [value];
}

/** @type {Check} Objects by class. */
function counts(name, value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw optionError(name, 'must be an object of numbers by class name');
  return Object.fromEntries(Object.entries(value).map(([key, most]) => [key, integer(0)(`${name}.${key}`, most)]));
}

module.exports = { checkOptions, counts, integer, ofType, patterns, strings };
