'use strict';

// Asks a function of the user that says yes or no. A promise is an object, and would always be a yes.

const { optionError } = require('./options');

/**
 * @template T
 * @param {string} name of the option that has the function
 * @param {(value: T) => unknown} predicate
 * @param {T} value
 * @returns {boolean}
 */
function isSo(name, predicate, value) {
  const answer = predicate(value);
  if (typeof Object(answer).then === 'function')
    throw optionError(name, 'must be a function that answers at once: it gave a promise');
  return Boolean(answer);
}

module.exports = { isSo };
