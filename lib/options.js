'use strict';

const path = require('node:path');
const { checkOptions, integer, oneOf, ofType, optionError } = require('../checks/options');
const { FILTERS } = require('../checks/filters');
const { MAX_MS } = require('../checks/limits');

const MAX_THREADS = 256;

/**
 * @template [T=any]
 * @typedef {import('../checks/options').Check<T>} Check
 */

/** @type {Check<AbortSignal>} */
function signal(name, value) {
  if (!(value instanceof AbortSignal)) throw optionError(name, 'must be an AbortSignal');
  return value;
}

/** @type {Check<number[]>} */
function ids(name, value) {
  if (!Array.isArray(value)) throw optionError(name, 'must be an array of ids');
  return value.map((item) => id(name, item));
}

/** @type {Check<string[]>} */
function texts(name, value) {
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
    throw optionError(name, 'must be an array of strings');
  return value;
}

/** @type {Check<import('..').IdRange>} */
function idRange(name, value) {
  const range = checkOptions(value, { after: integer(0), upTo: integer(0) });
  if (range.after !== undefined && range.upTo !== undefined && range.after > range.upTo) {
    throw optionError(name, 'after is above upTo');
  }
  return range;
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {number}
 */
function id(name, value) {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw optionError(name, 'must be the id of a node, a non-negative integer');
  }
  return value;
}

/** False, true, or the folder in which maps are. @type {Check<boolean | string>} */
function sourceMaps(name, value) {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' || value === '' || value.includes('\0'))
    throw optionError(name, 'must be a boolean, or the path of a folder');
  return path.resolve(value);
}

/** @type {Check<(progress: import('..').Progress) => void>} */
const onProgress = ofType('function');

/** Private keys of age, one or several. @type {Check<string[]>} */
function identities(name, value) {
  const keys = Array.isArray(value) ? value : [value];
  if (keys.length === 0 || keys.some((key) => typeof key !== 'string' || !key.startsWith('AGE-SECRET-KEY-')))
    throw optionError(name, 'must be private keys of age (AGE-SECRET-KEY-1…)');
  return keys;
}

/** Options of every long call. */
const WORK = { signal, onProgress };

const OPEN = {
  ...WORK,
  threads: integer(1, MAX_THREADS),
  parity: oneOf(['heaphound', 'devtools']),
  sourceMaps,
  maxMemoryBytes: integer(0),
  identities,
};

/** How the objects of several snapshots are matched. */
const compareBy = oneOf(['auto', 'ids', 'structure']);

/** Operations in each interval between snapshots: one number for all, or one for each. @type {Check<number[]>} */
function operations(name, value) {
  const numbers = Array.isArray(value) ? value : [value];
  if (numbers.length === 0) throw optionError(name, 'must not be empty');
  return numbers.map((number) => integer(1)(name, number));
}

const size = integer(0);
const limit = integer(0);

module.exports = {
  FILTERS,
  MAX_MS,
  WORK,
  OPEN,
  checkOptions,
  identities,
  integer,
  oneOf,
  ofType,
  ids,
  texts,
  id,
  idRange,
  compareBy,
  operations,
  size,
  limit,
};
