'use strict';

const { optionError } = require('../checks/options');

/**
 * A failure that the addon reports.
 * @typedef {{ code: string, message: string } & Partial<Omit<import('./native/addon').Failure, 'code' | 'message'>>} Failure
 */

/**
 * @param {Failure} failure
 * @param {Error} [caller] made in the call of the user: a job has no JavaScript stack of its own
 * @returns {import('..').HeaphoundError}
 */
function toError(failure, caller) {
  const error = /** @type {import('..').HeaphoundError} */ (new Error(failure.message));
  error.code = /** @type {import('..').ErrorCode} */ (failure.code);
  if (failure.table !== undefined && failure.table !== null) error.table = failure.table;
  if (failure.offset !== undefined && failure.offset !== null) error.offset = failure.offset;
  if (typeof failure.need === 'number') Object.assign(error, { need: failure.need, have: failure.have });
  const frames = caller && caller.stack ? caller.stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  if (frames.length > 0) error.stack = `Error: ${failure.message}\n${frames.join('\n')}`;
  return error;
}

function closedError() {
  return toError({ code: 'HEAPHOUND_ERR_CLOSED', message: 'the snapshot is closed; open it again' }, new Error('at'));
}

/**
 * @param {number} need bytes
 * @param {number} have bytes
 * @param {string} limit what leaves no more
 */
function headroomError(need, have, limit) {
  const message =
    `a capture may need ${megabytes(need)} of memory, and ${limit} leaves ${megabytes(have)}: it did not begin; ` +
    'raise the limit, capture an instance with more memory, freeze this one, which needs no such memory ' +
    "(`mode: 'freeze'` or `whenNoRoom: 'freeze'`, docs/frozen-image.md), or set `checkHeadroom: false` " +
    'if the heap consists of long strings';
  return withNumbers('HEAPHOUND_ERR_NO_HEADROOM', message, need, have);
}

/**
 * @param {number} need bytes, at least
 * @param {number} have bytes
 * @param {string} limit what leaves no more
 */
function openingError(need, have, limit) {
  const message =
    `the snapshot takes ${megabytes(need)} of memory at least, and ${limit} leaves ${megabytes(have)}: ` +
    'it was not opened; open it on a machine with more memory, ' +
    'or set `maxMemoryBytes` (`--max-memory`) if you know better';
  return withNumbers('HEAPHOUND_ERR_NO_HEADROOM', message, need, have);
}

/**
 * @param {string} directory
 * @param {number} need bytes
 * @param {number} have bytes
 */
function spaceError(directory, need, have) {
  const message =
    `the snapshot may take ${megabytes(need)}, and ${directory} has ${megabytes(have)} left: ` +
    'the capture did not begin; free some space or choose another directory';
  return withNumbers('HEAPHOUND_ERR_NO_SPACE', message, need, have);
}

/**
 * @param {number} need milliseconds
 * @param {number} have milliseconds
 */
function pauseError(need, have) {
  const message =
    `a capture would hold this thread for about ${need} ms, more than the ${have} ms that \`maxPauseMs\` allows: ` +
    'it did not begin';
  return withNumbers('HEAPHOUND_ERR_MAX_PAUSE', message, need, have);
}

/** @param {string} what */
function inspectorError(what) {
  return toError(
    { code: 'HEAPHOUND_ERR_INSPECTOR', message: `the inspector of the other process cannot be used: ${what}` },
    new Error('at'),
  );
}

/**
 * @param {string} file
 * @param {string} what is wrong
 * @param {unknown} [cause]
 */
function reportError(file, what, cause) {
  const message = `${file} is no report of heaphound: ${what}. Make one with: heaphound report FILE… --out report.html`;
  return toError({ code: 'HEAPHOUND_ERR_REPORT', message }, new Error('at', { cause }));
}

/** @param {unknown} cause */
function pageError(cause) {
  const message =
    `the page of the viewer is not built (${/** @type {Error} */ (cause).message}): in a clone run ` +
    '`node viewer/build.mjs`; an installed package without it is damaged, so install it again';
  return toError({ code: 'HEAPHOUND_ERR_PAGE', message }, new Error('at', { cause }));
}

/**
 * @param {string[]} names of two snapshots
 * @param {boolean} isByTime their records tell it, and not their nodes
 */
function sameError([one, other], isByTime) {
  const what = isByTime ? 'of one moment of one process' : 'the same snapshot';
  const how = isByTime ? 'their captures wrote down one time and one process' : 'equal nodes, ids and edges';
  const message =
    `${one === other ? `${one} is given twice` : `${one} and ${other} are ${what}`}: ` +
    `${how}. Nothing can have grown between them: take another snapshot later, ` +
    "or allow it by `allow: ['same']` (--allow same)";
  return toError({ code: 'HEAPHOUND_ERR_SAME', message }, new Error('at'));
}

/**
 * @param {string[]} names of the snapshots
 * @param {string} reason
 */
function unrelatedError(names, reason) {
  const message = `${names.join(' and ')} are not of one program: ${reason}. Compare snapshots of one program, or allow it by \`allow: ['unrelated']\` (--allow unrelated)`;
  return toError({ code: 'HEAPHOUND_ERR_UNRELATED', message }, new Error('at'));
}

/** @param {string} threw what the code threw, as a text */
function evalError(threw) {
  const message = `the code threw in the thawed process: ${threw}`;
  return toError({ code: 'HEAPHOUND_ERR_EVAL', message }, new Error('at'));
}

/** @param {string} what */
function thawError(what) {
  return toError({ code: 'HEAPHOUND_ERR_THAW', message: `the image gave no answer: ${what}` }, new Error('at'));
}

/**
 * @param {number} timeoutMs
 * @param {string} [what] was to be made
 */
function timeoutError(timeoutMs, what = 'the capture') {
  const message = `${what} did not end within the ${timeoutMs} ms that \`timeoutMs\` allows; nothing was kept of it`;
  return toError({ code: 'HEAPHOUND_ERR_TIMEOUT', message }, new Error('at'));
}

/**
 * @param {string} code
 * @param {string} message
 * @param {number} need
 * @param {number} have
 */
function withNumbers(code, message, need, have) {
  return Object.assign(toError({ code, message }, new Error('at')), { need, have });
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @param {unknown} cause */
function streamError(cause) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const error = toError(
    { code: 'HEAPHOUND_ERR_STREAM', message: `the stream that receives the snapshot failed: ${reason}` },
    new Error('at'),
  );
  error.cause = cause;
  return error;
}

module.exports = {
  megabytes,
  toError,
  optionError,
  closedError,
  headroomError,
  openingError,
  spaceError,
  pauseError,
  timeoutError,
  evalError,
  thawError,
  inspectorError,
  pageError,
  reportError,
  sameError,
  streamError,
  unrelatedError,
};
