'use strict';

// What may be asked of the service, and how it may be set up.

const { optionError } = require('../errors');
const { checkOptions, compareBy, integer, ofType, oneOf, operations } = require('../options');
const { SEQUENCE } = require('../compare/sequence');
const { ABOUT, checkId } = require('../store/record');

const MAX_SNAPSHOTS = 10;
/** Of a document. */
const MAX_ROWS = 1000;
/** Of the largest timer. */
const MAX_MS = 2 ** 31 - 1;

/**
 * Options of `captureSnapshot` that a service decides once, for all of its captures.
 *
 * @type {Record<string, import('../options').Check>}
 */
const CAPTURE = {
  mode: oneOf(['auto', 'fork', 'inline']),
  redact: oneOf(['strings']),
  comparable: ofType('boolean'),
  checkHeadroom: ofType('boolean'),
  maxBytes: integer(0),
  maxMemoryBytes: integer(0),
  maxPauseMs: integer(0),
  timeoutMs: integer(1, MAX_MS),
  exposeInternals: ofType('boolean'),
  exposeNumericValues: ofType('boolean'),
};

/** What bounds an analysis, which runs in the process of the app. @type {Record<string, import('../options').Check>} */
const ANALYSIS = { maxMemoryBytes: integer(0), timeoutMs: integer(1, MAX_MS), checkHeadroom: ofType('boolean') };

/** @type {Record<string, import('../options').Check>} */
const LIMITS = { cooldownMs: integer(0, MAX_MS), maxPerDay: integer(0), maxHistory: integer(1, 10_000) };

/** @type {Record<string, import('../options').Check>} */
const SERVICE = {
  store,
  capture: (_, value) => checkOptions(value, CAPTURE),
  analysis: (_, value) => checkOptions(value, ANALYSIS),
  limits: (_, value) => checkOptions(value, LIMITS),
  threads: integer(1, 256),
  drainMs: integer(0, MAX_MS),
  closeTimeoutMs: integer(0, MAX_MS),
  log,
};

/** @type {Record<string, import('../options').Check>} */
const REQUEST = {
  trigger: ABOUT.trigger,
  reason: ABOUT.reason,
  tags: ABOUT.tags,
  redact: oneOf(['strings']),
  by: (_, value) => value,
  after: (name, value) => {
    if (!(value instanceof Promise)) throw optionError(name, 'must be a promise');
    return value;
  },
};

/** @type {Record<string, import('../options').Check>} */
const DIFF = { limit: integer(0, MAX_ROWS), compareBy, ...SEQUENCE, by: REQUEST.by };
/** @type {Record<string, import('../options').Check>} */
const LEAKS = { ...DIFF, operations };

/**
 * @param {string} name
 * @param {any} value
 */
function store(name, value) {
  if (typeof value?.capture !== 'function' || typeof value.source !== 'function')
    throw optionError(name, 'must be a store, as openStore makes one');
  return value;
}

/**
 * @param {string} name
 * @param {any} value
 */
function log(name, value) {
  if (!['info', 'warn', 'error'].every((level) => typeof value?.[level] === 'function'))
    throw optionError(name, 'must have methods info, warn and error, as pino has');
  return value;
}

/**
 * Ids of stored snapshots.
 *
 * @param {any} ids
 * @param {number} [most]
 * @returns {string[]}
 */
function snapshotIds(ids, most = MAX_SNAPSHOTS) {
  const number = most === 2 ? 'two' : `two to ${most}`;
  if (!Array.isArray(ids) || ids.length < 2 || ids.length > most || new Set(ids).size < ids.length)
    throw optionError('ids', `must be ${number} different ids of stored snapshots`);
  return ids.map((id) => checkId('id', id));
}

module.exports = { SERVICE, REQUEST, DIFF, LEAKS, snapshotIds };
