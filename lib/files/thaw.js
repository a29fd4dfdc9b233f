'use strict';

// A heap snapshot of a frozen image. The process comes back in a loader, and V8 writes the snapshot there.

const { randomUUID } = require('node:crypto');
const path = require('node:path');
const { addon, run } = require('../native');
const { optionError } = require('../errors');
const { MAX_MS, WORK, checkOptions, integer, oneOf, ofType } = require('../options');
const { PLACE, compressionOf } = require('../disk/place');
const { STALLED_MS } = require('../open/frozen');
const { keyOption, ownKey } = require('../redaction-key');
const { withDeadline } = require('../capture/deadline');
const { toCaptureResult } = require('../capture/result');
const { checkSidecar, writeSidecar } = require('../capture/sidecar');

const NUMBERED_ANEW = 'V8 numbers the objects anew in each thawed process';

const THAW = {
  ...WORK,
  path: PLACE.path,
  compression: PLACE.compression,
  redact: oneOf(['strings']),
  key: keyOption,
  maxBytes: integer(0),
  timeoutMs: integer(1, MAX_MS),
  exposeInternals: ofType('boolean'),
  exposeNumericValues: ofType('boolean'),
};

/**
 * @param {string} image
 * @param {import('../..').ThawOptions} options
 * @returns {Promise<import('../..').ThawResult>}
 */
async function thawImage(image, options) {
  if (typeof image !== 'string' || image === '' || image.includes('\0')) throw optionError('image', 'must be a path');
  const checked = checkOptions(options, THAW);
  const { path: file, compression, redact, key, maxBytes, signal, onProgress, timeoutMs } = checked;
  if (file === undefined) throw optionError('path', 'must name the snapshot to write');
  const { exposeInternals = false, exposeNumericValues = false } = checked;
  const request = {
    compression: compression ?? compressionOf(file),
    maxBytes,
    key: redact && (key ?? ownKey()),
    exposeInternals,
    exposeNumericValues,
    stalled: STALLED_MS,
  };
  return withDeadline({ signal, timeoutMs }, async (signal) => {
    const start = performance.now();
    checkSidecar(file);
    const thawed = await run({ signal, onProgress, toTheEnd: true }, (control) =>
      addon.thawImage(path.resolve(image), file, request, control),
    );
    const { startedAt, ...process } = JSON.parse(thawed.about);
    const how = {
      mode: /** @type {const} */ ('freeze'),
      reason: 'a frozen image was thawed',
      // No thread of the app stood still for it.
      pauseMs: 0,
      idSpace: randomUUID(),
      idSpaceReason: NUMBERED_ANEW,
      idsKept: false,
    };
    const call = { startedAt, durationMs: performance.now() - start, redact };
    return writeSidecar({ path: file, ...toCaptureResult(how, thawed.file, call, process) });
  });
}

module.exports = { thawImage };
