'use strict';

// The document beside a capture: what `captureSnapshot` resolved with, for whoever finds the file later.

const fs = require('node:fs');
const { addon, run } = require('../native');
const { toError } = require('../errors');
const { tableOf } = require('./fork-ids');
const { toJson } = require('../../words/text');

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
 * @param {import('../..').CaptureResult} result
 * @returns {Promise<import('../..').CaptureResult>} the same
 */
async function writeSidecar(result) {
  const document = { version: 1, ...result, path: undefined };
  const file = /** @type {string} */ (result.path);
  try {
    await run({}, (control) => addon.writePrivateFile(sidecarOf(file), `${toJson(document, 2)}\n`, control));
  } catch (error) {
    fs.rmSync(file, { force: true });
    fs.rmSync(tableOf(file), { force: true });
    throw error;
  }
  return result;
}

module.exports = { checkSidecar, writeSidecar };
