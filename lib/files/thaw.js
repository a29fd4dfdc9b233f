'use strict';

// A heap snapshot of a frozen image. The process comes back in a loader, and V8 writes the snapshot there.

const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { addon, run } = require('../native');
const { optionError } = require('../errors');
const { MAX_MS, WORK, checkOptions, identities, integer, oneOf, ofType } = require('../options');
const { PLACE, compressionOf } = require('../disk/place');
const { OF_CORES, STALLED_MS, checkImage, coreRequest } = require('../open/frozen');
const { keyOption, ownKey } = require('../redaction-key');
const { readImage } = require('../open/image-bytes');
const { readProvenance } = require('../open/provenance');
const { withDeadline } = require('../capture/deadline');
const { tableOf } = require('../capture/fork-ids');
const { toCaptureResult } = require('../capture/result');
const { checkSidecar, writeSidecar } = require('../capture/sidecar');

/** @typedef {import('../open/image-bytes').ImageSource} ImageSource */

const NUMBERED_ANEW = 'V8 numbers the objects anew in each thawed process';

const THAW = {
  ...WORK,
  path: PLACE.path,
  identities,
  compression: PLACE.compression,
  redact: oneOf(['strings']),
  key: keyOption,
  maxBytes: integer(0),
  timeoutMs: integer(1, MAX_MS),
  previous: ofType('string'),
  comparable: ofType('boolean'),
  exposeInternals: ofType('boolean'),
  exposeNumericValues: ofType('boolean'),
  ...OF_CORES,
};

/**
 * @param {string} image
 * @param {import('../..').ThawOptions} options
 * @returns {Promise<import('../..').ThawResult>}
 */
async function thawImage(image, options) {
  checkImage(image);
  const checked = checkOptions(options, THAW);
  const { path: file, identities: keys, compression, redact, key, maxBytes, signal, onProgress, timeoutMs } = checked;
  if (file === undefined) throw optionError('path', 'must name the snapshot to write');
  const { previous, comparable = true, exposeInternals = false, exposeNumericValues = false } = checked;
  if (previous !== undefined && !comparable)
    throw optionError('previous', 'cannot be used without ids (`comparable: false`)');
  const request = {
    compression: compression ?? compressionOf(file),
    maxBytes,
    key: redact && (key ?? ownKey()),
    exposeInternals,
    exposeNumericValues,
    isComparable: comparable,
    previous: previous === undefined ? undefined : path.resolve(tableOf(previous)),
    stalled: STALLED_MS,
    core: coreRequest(checked, file),
  };
  return withDeadline({ signal, timeoutMs }, async (signal) => {
    const start = performance.now();
    checkSidecar(file);
    /** @type {<T>(read: (from: ImageSource) => Promise<T>) => Promise<T>} */
    const reading = (read) => readImage(image, keys, signal, read);
    if (previous !== undefined) await checkEarlier(previous, reading, signal);
    const thawed = await reading((from) =>
      run({ signal, onProgress, toTheEnd: true }, (control) => addon.thawImage(from, file, request, control)),
    );
    const { startedAt, ...process } = JSON.parse(thawed.about);
    const { idSpace = randomUUID(), idSpaceReason = NUMBERED_ANEW } = thawed.file;
    const died = thawed.thread === undefined ? undefined : { death: thawed.death, osThread: thawed.thread };
    const how = {
      mode: /** @type {const} */ ('freeze'),
      reason: died === undefined ? 'a frozen image was thawed' : 'a core dump was thawed',
      // No thread of the app stood still for it.
      pauseMs: 0,
      idSpace,
      ...(thawed.file.idSpace !== undefined && thawed.file.idSpaceReason === undefined ? {} : { idSpaceReason }),
      idsKept: false,
    };
    const call = { startedAt, durationMs: performance.now() - start, redact };
    const captured = toCaptureResult(how, thawed.file, call, process);
    const result = await writeSidecar({ path: file, ...captured, ...died });
    // The next one has to go on from the new table. Two that go on from one table give one id to two objects.
    if (previous !== undefined && thawed.file.hasIdTable) fs.rmSync(tableOf(previous), { force: true });
    return result;
  });
}

/**
 * New objects get higher ids than those of the snapshot before. So that one has to be of an earlier moment: from ids
 * the order of snapshots is read.
 *
 * @param {string} previous a snapshot
 * @param {(read: (from: ImageSource) => Promise<string>) => Promise<string>} reading the image
 * @param {AbortSignal} [signal]
 */
async function checkEarlier(previous, reading, signal) {
  const table = fs.statSync(tableOf(previous), { throwIfNoEntry: false });
  if (!table?.isFile())
    throw optionError('previous', `needs the table of ids ${tableOf(previous)}, which is not there`);
  const { size } = fs.statSync(previous);
  const { takenAt, takenAtFrom } = await readProvenance(previous, size);
  if (takenAt === undefined || takenAtFrom !== 'capture')
    throw optionError('previous', `needs the sidecar ${previous}.json, which tells when it was taken`);
  const about = await reading((from) => run({ signal }, (control) => addon.aboutImage(from, control)));
  const { startedAt } = JSON.parse(about);
  if (takenAt >= startedAt)
    throw optionError('previous', `must be earlier than the image: ${takenAt} is not before ${startedAt}`);
}

module.exports = { thawImage };
