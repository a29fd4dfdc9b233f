'use strict';

/**
 * What the addon tells of a failure.
 * @typedef {{ code: string, message: string, table?: string, offset?: number }} Failure
 */

/**
 * @param {Failure} failure
 * @param {Error} [caller] made where the caller called: a job has no JavaScript stack of its own
 * @returns {import('..').HeaphoundError}
 */
function toError(failure, caller) {
  const error = /** @type {import('..').HeaphoundError} */ (new Error(failure.message));
  error.code = /** @type {import('..').ErrorCode} */ (failure.code);
  if (failure.table !== undefined && failure.table !== null) error.table = failure.table;
  if (failure.offset !== undefined && failure.offset !== null) error.offset = failure.offset;
  const frames = caller && caller.stack ? caller.stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  if (frames.length > 0) error.stack = `Error: ${failure.message}\n${frames.join('\n')}`;
  return error;
}

/**
 * @param {string} name of the option
 * @param {string} what is wrong with it and what would be right
 */
function optionError(name, what) {
  return toError({ code: 'HEAPHOUND_ERR_OPTION', message: `option ${name}: ${what}` }, new Error('at'));
}

function closedError() {
  return toError({ code: 'HEAPHOUND_ERR_CLOSED', message: 'the snapshot is closed; open it again' }, new Error('at'));
}

module.exports = { toError, optionError, closedError };
