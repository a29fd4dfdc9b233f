'use strict';

const { optionError } = require('../checks/options');

/** @param {string} message */
function closedError(message) {
  return Object.assign(new Error(message), { code: 'HEAPHOUND_ERR_CLOSED' });
}

/**
 * The error of a failed test. Its documents are not enumerable, because runners print all enumerable members.
 *
 * @param {string} message
 * @param {Record<string, unknown>} facts
 * @param {{ stack?: string }} caller with the stack of the test, to which runners point
 * @param {'HEAPHOUND_ERR_LEAK' | 'HEAPHOUND_ERR_UNEXPLAINED'} [code]
 */
function leakError(message, facts, caller, code = 'HEAPHOUND_ERR_LEAK') {
  const error = Object.assign(new Error(message), { code });
  for (const [name, value] of Object.entries(facts)) Object.defineProperty(error, name, { value });
  const frames = (caller.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  error.stack = [`Error: ${message}`, ...frames].join('\n');
  return error;
}

module.exports = { closedError, leakError, optionError };
