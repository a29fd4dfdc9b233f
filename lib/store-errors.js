'use strict';

const { toError } = require('./errors');

/**
 * @param {string} code
 * @param {string} message
 * @param {{ cause?: unknown, status?: number }} [more]
 */
function failure(code, message, { cause, status } = {}) {
  const error = toError({ code, message }, new Error('at'));
  if (cause !== undefined) error.cause = cause;
  if (status !== undefined) error.status = status;
  return error;
}

/**
 * The store failed, and trying again may help.
 *
 * @param {string} what
 * @param {{ cause?: unknown, status?: number }} [more] `status` of HTTP
 */
function storeError(what, more) {
  return failure('HEAPHOUND_ERR_STORE', what, more);
}

/**
 * The store lets this process not do it.
 *
 * @param {string} what
 * @param {{ cause?: unknown, status?: number }} [more]
 */
function accessError(what, more) {
  return failure('HEAPHOUND_ERR_STORE_ACCESS', what, more);
}

/**
 * @param {string} directory
 * @param {string} what is wrong with it, and what to do
 */
function unsafeError(directory, what) {
  return failure('HEAPHOUND_ERR_STORE_DIRECTORY', `the directory ${directory} is not safe for snapshots: ${what}`);
}

/** @param {string} what is not there */
function notStoredError(what) {
  return failure(
    'HEAPHOUND_ERR_NOT_STORED',
    `the store has no ${what}; it may have been deleted, by a quota or by a caller`,
  );
}

function closedStoreError() {
  return failure('HEAPHOUND_ERR_CLOSED', 'the store is closed');
}

/** @param {string} id */
function existsError(id) {
  return failure('HEAPHOUND_ERR_EXISTS', `the store has a snapshot ${id} already; nothing is overwritten`);
}

/** @param {string} kind of the store */
function writeOnlyError(kind) {
  return failure(
    'HEAPHOUND_ERR_WRITE_ONLY',
    `a store of the kind ${kind} cannot be read back: fetch the snapshot from its place yourself`,
  );
}

/** @param {string} what is encrypted */
function encryptedError(what) {
  return failure(
    'HEAPHOUND_ERR_ENCRYPTED',
    `${what} is encrypted (age); with the private key its file can be read as it is (--identity key.txt, \`identities\`), ` +
      'or decrypted: heaphound decrypt --identity key.txt FILE OUT, or age -d -i key.txt -o OUT FILE',
  );
}

/** @param {string} id */
function imageError(id) {
  return failure(
    'HEAPHOUND_ERR_IS_IMAGE',
    `${id} is a frozen image and no snapshot: fetch it, and make its snapshot where there is memory for it: heaphound thaw FILE --out app.heapsnapshot.zst`,
  );
}

function noImageError() {
  return failure(
    'HEAPHOUND_ERR_STORE',
    "no image came for the kind `image`: take it by `mode: 'freeze'` of captureSnapshot",
  );
}

function plainImageError() {
  return failure(
    'HEAPHOUND_ERR_STORE',
    'the image was not encrypted, and this store takes encrypted ones only: give `encryptTo` of the target to captureSnapshot',
  );
}

/**
 * @param {string} names of the packages, as npm takes them
 * @param {string} purpose
 * @param {unknown} cause
 */
function moduleError(names, purpose, cause) {
  return failure(
    'HEAPHOUND_ERR_MODULE',
    `${purpose} needs ${names}, which cannot be loaded; run \`npm install ${names}\``,
    { cause },
  );
}

/**
 * @param {string} directory
 * @param {string} quota the option
 * @param {number} need
 * @param {number} have
 */
function quotaError(directory, quota, need, have) {
  const error = failure(
    'HEAPHOUND_ERR_NO_SPACE',
    `${directory} may hold ${have} by \`${quota}\`, and with this snapshot it would hold ${need}: nothing was kept of it`,
  );
  return Object.assign(error, { need, have });
}

module.exports = {
  storeError,
  accessError,
  unsafeError,
  notStoredError,
  existsError,
  closedStoreError,
  writeOnlyError,
  encryptedError,
  imageError,
  noImageError,
  plainImageError,
  moduleError,
  quotaError,
};
