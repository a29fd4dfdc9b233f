'use strict';

// The AWS SDK as a store of ours sees it: options, the client, and what its errors mean.

const { optionError } = require('../errors');
const { checkOptions, integer, oneOf, ofType } = require('../options');
const { accessError, existsError, moduleError, notStoredError, storeError } = require('../store-errors');

const PACKAGES = ['@aws-sdk/client-s3', '@aws-sdk/lib-storage'];
/** The service takes no part below it, and no more than 10,000 parts. */
const LEAST_PART = 5 << 20;
/** A server that says nothing for so long is gone; the SDK by itself waits for ever. */
const SILENCE_MS = 60_000;
const CONNECT_MS = 10_000;
const REFUSALS = new Set([
  'AccessDenied',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'CredentialsProviderError',
  'TokenProviderError',
]);

/** @type {Record<string, import('../options').Check>} */
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

/** @param {any} config */
function checkS3(config) {
  const checked = checkOptions(config, S3);
  if (checked.bucket === undefined) throw optionError('bucket', 'is missing');
  for (const name of ['region', 'endpoint', 'forcePathStyle', 'maxAttempts', 'checksums']) {
    if (checked.client !== undefined && checked[name] !== undefined)
      throw optionError(name, 'cannot be used with client, which has its own');
  }
  return checked;
}

/**
 * @param {any} config checked
 * @returns {{ client: any, isOurs: boolean, sdk: any, Upload: any }}
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
  return { client: new sdk.S3Client(settings), isOurs: true, sdk, Upload };
}

/** @returns {any[]} */
function loadSdk() {
  try {
    return PACKAGES.map((name) => require(name));
  } catch (cause) {
    throw moduleError(PACKAGES.join(' '), 'store.s3', cause);
  }
}

/**
 * @param {any} cause of the SDK
 * @param {string} what was tried
 * @param {{ bucket: string, id?: string }} where
 */
function explain(cause, what, { bucket, id = '' }) {
  if (String(cause?.code).startsWith('HEAPHOUND_')) return cause;
  const status = cause?.$metadata?.httpStatusCode;
  const name = cause?.name;
  const reason = `${name}${cause?.message && cause.message !== name ? `: ${cause.message}` : ''}`;
  if (REFUSALS.has(name) || status === 401 || status === 403)
    return accessError(`the bucket ${bucket} does not let this process ${what} (${reason})`, { cause, status });
  if (name === 'NoSuchBucket') return storeError(`cannot ${what}: there is no bucket ${bucket}`, { cause, status });
  if (name === 'NoSuchKey' || name === 'NotFound') return notStoredError(`object for it: cannot ${what} (${id})`);
  if (isConflict(cause)) return existsError(id);
  return storeError(`the bucket ${bucket} failed to ${what} (${reason})`, { cause, status });
}

/** @param {any} error */
function isConflict(error) {
  return (
    error?.name === 'PreconditionFailed' ||
    error?.name === 'ConditionalRequestConflict' ||
    error?.$metadata?.httpStatusCode === 412
  );
}

/** @param {any} error */
function isMissing(error) {
  return error?.name === 'NoSuchKey' || error?.name === 'NotFound';
}

/**
 * @param {RegExp} form
 * @param {string} what
 * @returns {import('../options').Check}
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
