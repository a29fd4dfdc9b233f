'use strict';

// The AWS SDK as a store of ours sees it: options, the client, and what its errors mean.

const { optionError } = require('../errors');
const { checkOptions, integer, oneOf, ofType } = require('../options');
const { accessError, existsError, moduleError, notStoredError, storeError } = require('../store-errors');

const CLIENT = '@aws-sdk/client-s3';
const UPLOAD = '@aws-sdk/lib-storage';
/** The service takes no part below it, and no more than 10,000 parts. */
const LEAST_PART = 5 << 20;
/** A server that says nothing for so long is gone; the SDK by itself waits for ever. */
const SILENCE_MS = 60_000;
const CONNECT_MS = 10_000;
/** @type {Set<string | undefined>} */
const MISSING = new Set(['NoSuchKey', 'NotFound']);
/** @type {Set<string | undefined>} */
const REFUSALS = new Set([
  'AccessDenied',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'CredentialsProviderError',
  'TokenProviderError',
]);

/** @satisfies {Record<string, import('../options').Check>} */
const S3 = {
  bucket: text(/^[A-Za-z0-9][A-Za-z0-9.:/_-]{1,254}$/, 'must be the name of a bucket'),
  prefix: text(
    /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/,
    'must be names of letters, digits, dots, underscores and hyphens, with slashes between',
  ),
  service: text(/^[A-Za-z0-9._-]{1,64}$/, 'must be letters, digits, dots, underscores and hyphens, up to 64'),
  region: ofType('string'),
  endpoint: ofType('string'),
  forcePathStyle: ofType('boolean'),
  serverSideEncryption: oneOf(['AES256', 'aws:kms', 'aws:kms:dsse']),
  kmsKeyId: ofType('string'),
  storageClass: ofType('string'),
  partSizeBytes: integer(LEAST_PART, 5e9),
  queueSize: integer(1, 64),
  maxAttempts: integer(1, 20),
  checksums: oneOf(['WHEN_SUPPORTED', 'WHEN_REQUIRED']),
  conditionalWrites: ofType('boolean'),
  /** @returns {Client} */
  client: (name, value) => {
    if (typeof value?.send !== 'function') throw optionError(name, 'must be an S3Client of @aws-sdk/client-s3');
    return value;
  },
  credentials: (name) => {
    throw optionError(
      name,
      'are not taken: the SDK finds them (environment, files, roles); or pass a `client` of your own',
    );
  },
};

/** @param {unknown} config */
function checkS3(config) {
  const { bucket, ...checked } = checkOptions(config, S3);
  if (bucket === undefined) throw optionError('bucket', 'is missing');
  for (const name of /** @type {const} */ (['region', 'endpoint', 'forcePathStyle', 'maxAttempts', 'checksums'])) {
    if (checked.client !== undefined && checked[name] !== undefined)
      throw optionError(name, 'cannot be used with client, which has its own');
  }
  return { bucket, ...checked };
}

/**
 * @typedef {ReturnType<typeof checkS3>} S3Config options that were checked
 *
 * @typedef {object} Client
 * @property {(command: object) => Promise<any>} send the answer depends on the command, which is named at run time
 * @property {() => void} [destroy]
 *
 * @typedef {Record<string, new (options: object) => object>} Sdk commands by name, and `S3Client`
 * @typedef {new (options: object) => { done(): Promise<unknown>, abort(): Promise<void> }} UploadClass
 */

/**
 * @param {S3Config} config
 * @returns {{ client: Client, isOurs: boolean, sdk: Sdk, Upload: UploadClass }}
 */
function loadS3({ client, region, endpoint, forcePathStyle, maxAttempts, checksums }) {
  const [sdk, { Upload }] = loadSdk();
  if (client !== undefined) return { client, isOurs: false, sdk, Upload };
  const settings = {
    ...(region === undefined
      ? endpoint !== undefined && { region: process.env.AWS_REGION ?? 'us-east-1' }
      : { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(forcePathStyle !== undefined && { forcePathStyle }),
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(checksums !== undefined && { requestChecksumCalculation: checksums, responseChecksumValidation: checksums }),
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENCE_MS },
  };
  return { client: /** @type {Client} */ (new sdk.S3Client(settings)), isOurs: true, sdk, Upload };
}

/** @returns {[Sdk, { Upload: UploadClass }]} */
function loadSdk() {
  try {
    return [require(CLIENT), require(UPLOAD)];
  } catch (cause) {
    throw moduleError(`${CLIENT} ${UPLOAD}`, 'store.s3', cause);
  }
}

/**
 * An error of the SDK, the network or a server: each member may be missing.
 *
 * @typedef {{ name?: string, message?: string, code?: string, $metadata?: { httpStatusCode?: number, attempts?: number } } | undefined} S3Error
 */

/**
 * @param {unknown} cause of the SDK
 * @param {string} what was tried
 * @param {{ bucket: string, id?: string }} where
 * @returns {Error}
 */
function explain(cause, what, { bucket, id = '' }) {
  const error = /** @type {S3Error} */ (cause);
  if (String(error?.code).startsWith('HEAPHOUND_')) return /** @type {Error} */ (cause);
  const status = error?.$metadata?.httpStatusCode;
  const name = error?.name;
  const reason = `${name}${error?.message && error.message !== name ? `: ${error.message}` : ''}`;
  if (REFUSALS.has(name) || status === 401 || status === 403)
    return accessError(`the bucket ${bucket} does not let this process ${what} (${reason})`, { cause, status });
  if (name === 'NoSuchBucket') return storeError(`cannot ${what}: there is no bucket ${bucket}`, { cause, status });
  if (isMissing(error)) return notStoredError(`object for it: cannot ${what} (${id})`);
  if (isConflict(error)) return existsError(id);
  return storeError(`the bucket ${bucket} failed to ${what} (${reason})`, { cause, status });
}

/** @param {unknown} cause of the SDK */
function isConflict(cause) {
  const error = /** @type {S3Error} */ (cause);
  return (
    error?.name === 'PreconditionFailed' ||
    error?.name === 'ConditionalRequestConflict' ||
    error?.$metadata?.httpStatusCode === 412
  );
}

/** @param {unknown} cause of the SDK */
function isMissing(cause) {
  return MISSING.has(/** @type {S3Error} */ (cause)?.name);
}

/**
 * @param {RegExp} form
 * @param {string} what
 * @returns {import('../options').Check<string>}
 */
function text(form, what) {
  return (name, value) => {
    if (
      typeof value !== 'string' ||
      !form.test(value) ||
      value.split('/').some((part) => part === '.' || part === '..')
    )
      throw optionError(name, what);
    return value;
  };
}

module.exports = { checkS3, explain, isConflict, isMissing, loadS3 };
