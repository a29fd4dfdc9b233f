'use strict';

const path = require('node:path');
const { addon } = require('../native');
const { PLACE, compressionOf } = require('../disk/place');
const { optionError } = require('../errors');
const { WORK, checkOptions, identities } = require('../options');
const { keyOption, ownKey } = require('../redaction-key');
const { runOnInput } = require('../open/run-on-input');

const REDACT = { ...WORK, identities, compression: PLACE.compression, key: keyOption };

/** Errors about the written file. All others are about the file that is read. */
const OF_TARGET = ['HEAPHOUND_ERR_EXISTS', 'HEAPHOUND_ERR_NO_SPACE', 'HEAPHOUND_ERR_IO'];

/**
 * @param {import('../..').Source} source
 * @param {string} target
 * @param {import('../..').RedactOptions} [options]
 * @returns {Promise<import('../..').RedactResult>}
 */
async function redactSnapshot(source, target, options) {
  const { signal, onProgress, identities: keys, compression, key = ownKey() } = checkOptions(options, REDACT);
  if (typeof target !== 'string' || target === '' || target.includes('\0')) throw optionError('path', 'must be a path');
  const file = path.resolve(target);
  const codec = compression ?? compressionOf(file);
  const { outcome: written } = await runOnInput(
    source,
    { signal, onProgress, identities: keys },
    (input, control) => addon.redact(input, { path: file, compression: codec, key }, control),
    (code) => !OF_TARGET.includes(code),
  );
  return { path: file, compression: codec, ...written };
}

module.exports = { redactSnapshot };
