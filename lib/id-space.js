'use strict';

const fs = require('node:fs/promises');

/** A sidecar is a small document; what is longer is something else. */
const MAX_SIDECAR = 1 << 20;

/**
 * The id space of a capture, from the sidecar `FILE.json` beside it: captures of one id space call the same object by the same id. Undefined
 * when there is no sidecar, or none of this file.
 *
 * @param {string} file
 * @param {number} storedBytes size of the snapshot file
 * @returns {Promise<string | undefined>}
 */
async function readIdSpace(file, storedBytes) {
  try {
    const path = `${file}.json`;
    const { size } = await fs.stat(path);
    if (size > MAX_SIDECAR) return undefined;
    const sidecar = JSON.parse(await fs.readFile(path, 'utf8'));
    const { idSpace, storedBytes: expected } = Object(sidecar);
    // A file that was replaced has left its sidecar behind.
    if (expected !== undefined && expected !== storedBytes) return undefined;
    return typeof idSpace === 'string' && idSpace !== '' ? idSpace : undefined;
  } catch {
    return undefined;
  }
}

module.exports = { readIdSpace };
