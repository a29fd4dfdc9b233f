'use strict';

// Options of the service, and of requests to it.

const { optionError } = require('../errors');
const { OWN } = require('../capture/options');
const { MAX_MS, checkOptions, compareBy, integer, ofType, oneOf, operations } = require('../options');
const { SEQUENCE } = require('../compare/sequence');
const { ABOUT, checkId } = require('../store/about');

const MAX_SNAPSHOTS = 10;
/** Rows of a document. */
const MAX_ROWS = 1000;

/** Limits of an analysis, which runs in the process of the app. */
const ANALYSIS = { maxMemoryBytes: integer(0), timeoutMs: integer(1, MAX_MS), checkHeadroom: ofType('boolean') };

const LIMITS = { cooldownMs: integer(0, MAX_MS), maxPerDay: integer(0), maxHistory: integer(1, 10_000) };

/** @satisfies {Record<string, import('../options').Check>} */
const SERVICE = {
  store,
  capture: (_, value) => checkOptions(value, OWN),
  analysis: (_, value) => checkOptions(value, ANALYSIS),
  limits: (_, value) => checkOptions(value, LIMITS),
  allowFreeze: ofType('boolean'),
  whenNoRoom: oneOf(['freeze']),
  threads: integer(1, 256),
  drainMs: integer(0, MAX_MS),
  closeTimeoutMs: integer(0, MAX_MS),
  log,
};

/** @satisfies {Record<string, import('../options').Check>} */
const REQUEST = {
  trigger: ABOUT.trigger,
  reason: ABOUT.reason,
  tags: ABOUT.tags,
  redact: oneOf(['strings']),
  mode: oneOf(['freeze']),
  by: (_, value) => value,
  after: (name, value) => {
    if (!(value instanceof Promise)) throw optionError(name, 'must be a promise');
    return value;
  },
};

const DIFF = { limit: integer(0, MAX_ROWS), compareBy, ...SEQUENCE, by: REQUEST.by };
const LEAKS = { ...DIFF, operations };

/** @type {import('../options').Check<import('../..').Store>} */
function store(name, value) {
  if (typeof value?.capture !== 'function' || typeof value.source !== 'function')
    throw optionError(name, 'must be a store, as openStore makes one');
  return value;
}

/** @type {import('../options').Check<import('./types').ServiceLog>} */
function log(name, value) {
  if (!['info', 'warn', 'error'].every((level) => typeof value?.[level] === 'function'))
    throw optionError(name, 'must have methods info, warn and error, as pino has');
  return value;
}

/**
 * Ids of stored snapshots.
 *
 * @param {unknown} ids
 * @param {number} [most]
 * @returns {string[]}
 */
function snapshotIds(ids, most = MAX_SNAPSHOTS) {
  const number = most === 2 ? 'two' : `two to ${most}`;
  if (!Array.isArray(ids) || ids.length < 2 || ids.length > most || new Set(ids).size < ids.length)
    throw optionError('ids', `must be ${number} different ids of stored snapshots`);
  return ids.map((id) => checkId('id', id));
}

/** @typedef {ReturnType<typeof checkOptions<typeof SERVICE>>} Checked options of a service */
/** @typedef {ReturnType<typeof checkOptions<typeof OWN>>} CaptureDefaults options of its captures */

module.exports = { SERVICE, REQUEST, DIFF, LEAKS, snapshotIds };
