'use strict';

// Options of a capture, once: each function and the service take the part that it can do something with.

const { MAX_MS, WORK, integer, oneOf, ofType } = require('../options');
const { PLACE } = require('../disk/place');
const { writable } = require('./outlet');
const { workerOption } = require('./worker');

/** Options of every capture, in this process or in another. */
const EVERY = {
  exposeInternals: ofType('boolean'),
  exposeNumericValues: ofType('boolean'),
  maxBytes: integer(0),
  maxMemoryBytes: integer(0),
  maxPauseMs: integer(0),
  checkHeadroom: ofType('boolean'),
  timeoutMs: integer(1, MAX_MS),
};

/** Options of a capture of this process, without its place: a service sets them once for all of its captures. */
const OWN = {
  ...EVERY,
  mode: oneOf(['auto', 'fork', 'inline']),
  redact: oneOf(['strings']),
  comparable: ofType('boolean'),
};

/** Options of `captureSnapshot`. */
const CAPTURE = {
  ...OWN,
  ...PLACE,
  stream: writable,
  signal: WORK.signal,
  keepIds: ofType('boolean'),
  queue: ofType('boolean'),
  worker: workerOption,
};

/** @typedef {{ [Name in keyof typeof CAPTURE]?: ReturnType<typeof CAPTURE[Name]> }} Options */

module.exports = { CAPTURE, EVERY, OWN };
