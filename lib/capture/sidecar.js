'use strict';

// The capture record beside a file: the result of the capture, for whoever finds the file later.

const fs = require('node:fs');
const { addon, run } = require('../native');
const { toError } = require('../errors');
const { tableOf } = require('./fork-ids');
const { captureRecord, recordText } = require('../records');

/** @param {string} file */
function sidecarOf(file) {
  return `${file}.json`;
}

/**
 * Refuses a place whose sidecar has no room: something has its name.
 *
 * @param {string} file
 */
function checkSidecar(file) {
  try {
    fs.lstatSync(sidecarOf(file));
  } catch {
    // Nothing has the name, or nothing can be there: whoever writes will say why.
    return;
  }
  const message = `${sidecarOf(file)} exists already; choose another name or remove it`;
  throw toError({ code: 'HEAPHOUND_ERR_EXISTS', message }, new Error('at'));
}

/**
 * Writes the sidecar of a capture whose file is whole. It comes last: who finds it finds the file. When it cannot be
 * written, the file is taken away.
 *
 * @template {import('../..').CaptureResult | import('../..').CaptureFromResult | import('../..').ThawResult} R
 * @param {R} result
 * @returns {Promise<R>} the same
 */
async function writeSidecar(result) {
  const file = result.path;
  const text = recordText(captureRecord(result));
  try {
    await run({}, (control) => addon.writePrivateFile(sidecarOf(file), text, control));
  } catch (error) {
    fs.rmSync(file, { force: true });
    fs.rmSync(tableOf(file), { force: true });
    throw error;
  }
  return result;
}

module.exports = { checkSidecar, writeSidecar };
