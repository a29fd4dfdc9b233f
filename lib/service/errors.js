'use strict';

const { megabytes, toError } = require('../errors');

/**
 * @param {string} code
 * @param {string} message
 * @param {number} [retryAfterMs] when the same call may succeed
 */
function refusal(code, message, retryAfterMs) {
  const error = toError({ code, message }, new Error('at'));
  return retryAfterMs === undefined ? error : Object.assign(error, { retryAfterMs });
}

/** @param {string} what is under way */
function busyError(what) {
  return refusal('HEAPHOUND_ERR_BUSY', `${what} is under way: wait for it, or cancel it`, 10_000);
}

/** @param {number} waitMs */
function cooldownError(waitMs) {
  return refusal(
    'HEAPHOUND_ERR_COOLDOWN',
    `the last capture is too recent: the next one may begin in ${Math.ceil(waitMs / 1000)} s (\`limits.cooldownMs\`)`,
    waitMs,
  );
}

/**
 * @param {number} most
 * @param {number} waitMs
 */
function dayLimitError(most, waitMs) {
  return refusal(
    'HEAPHOUND_ERR_DAY_LIMIT',
    `this process has begun ${most} captures in the last 24 hours, the most that \`limits.maxPerDay\` allows`,
    waitMs,
  );
}

function freezeForbiddenError() {
  return refusal(
    'HEAPHOUND_ERR_FREEZE_FORBIDDEN',
    'this service makes no frozen images: an image is the whole memory of the process, with all secrets in it; its owner ' +
      'can allow them (`allowFreeze: true`)',
  );
}

function shutdownError() {
  return refusal('HEAPHOUND_ERR_SHUTDOWN', 'the service is closing: it begins nothing new');
}

/** @param {string} id */
function noOperationError(id) {
  return refusal(
    'HEAPHOUND_ERR_NO_OPERATION',
    `there is no operation ${id}: this process remembers only its latest operations`,
  );
}

/**
 * @param {string} what the work that did not end
 * @param {number} timeoutMs
 * @param {string} option the option with the limit
 */
function lateError(what, timeoutMs, option) {
  return refusal(
    'HEAPHOUND_ERR_TIMEOUT',
    `${what} did not end within ${timeoutMs} ms (${option}); nothing was kept of it`,
  );
}

/**
 * @param {number} need bytes
 * @param {number} have bytes
 * @param {string} limit the name of the limit
 */
function analysisRoomError(need, have, limit) {
  const message =
    `the analysis may need ${megabytes(need)} of memory beside the app, and ${limit} leaves ${megabytes(have)}: ` +
    'it did not begin; raise the limit, or fetch the snapshots and analyse them on another machine';
  return Object.assign(refusal('HEAPHOUND_ERR_NO_HEADROOM', message), { need, have });
}

function cancelledError() {
  return refusal('HEAPHOUND_ERR_CANCELLED', 'the operation was cancelled');
}

module.exports = {
  busyError,
  cooldownError,
  dayLimitError,
  freezeForbiddenError,
  shutdownError,
  noOperationError,
  lateError,
  analysisRoomError,
  cancelledError,
};
