'use strict';

const { ignoreLeaks } = require('..');
const { checkOptions, integer, ofType, optionError, text } = require('../checks/options');

/** @typedef {import('../checks/options').Check} Check */

/** @type {Check} */
function strings(name, value) {
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string'))
    throw optionError(name, 'must be an array of strings');
  return [...value];
}

/** Patterns of leaks to leave out. @type {Check} */
function patterns(name, value) {
  ignoreLeaks([], value);
  return Array.isArray(value) ? value : [value];
}

/** @type {Check} Objects by class. */
function counts(name, value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw optionError(name, 'must be an object of numbers by class name');
  return Object.fromEntries(Object.entries(value).map(([key, most]) => [key, integer(0)(`${name}.${key}`, most)]));
}

module.exports = { checkOptions, counts, integer, ofType, patterns, strings, text };
