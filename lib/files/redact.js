'use strict';

const path = require('node:path');
const { addon, run } = require('../native');
const { optionError } = require('../errors');
const { WORK, checkOptions, oneOf } = require('../options');
const { keyOption, ownKey } = require('../redaction-key');
const { toInput } = require('../open/source');

const SUFFIXES = { '.zst': 'zstd', '.gz': 'gzip' };

const REDACT = { ...WORK, compression: oneOf(['zstd', 'gzip', 'none']), key: keyOption };

/** Errors whose message names the file that is written; all others are about the one that is read. */
const OF_TARGET = ['HEAPHOUND_ERR_EXISTS', 'HEAPHOUND_ERR_NO_SPACE', 'HEAPHOUND_ERR_IO'];

/**
 * @param {import('../..').Source} source
 * @param {string} target
 * @param {import('../..').RedactOptions} [options]
 * @returns {Promise<import('../..').RedactResult>}
 */
async function redactSnapshot(source, target, options) {
  const { signal, onProgress, compression, key = ownKey() } = checkOptions(options, REDACT);
  if (typeof target !== 'string' || target === '' || target.includes('\0')) throw optionError('path', 'must be a path');
  const file = path.resolve(target);
  const codec = compression ?? /** @type {Record<string, string>} */ (SUFFIXES)[path.extname(file)] ?? 'none';
  if (signal) signal.throwIfAborted();
  const input = toInput(source);
  try {
    const written = await run({ signal, onProgress }, async (control) => {
      const job = addon.redact(input.native, { path: file, compression: codec, key }, control);
      try {
        await input.feed();
      } catch (error) {
        await job;
        throw error;
      }
      return job;
    });
    return { path: file, compression: codec, ...written };
  } catch (cause) {
    const error = await input.explain(cause);
    const about =
      input.file !== undefined && error instanceof Error && 'code' in error && !OF_TARGET.includes(String(error.code));
    if (about) Object.assign(error, { file: input.file });
    throw error;
  } finally {
    input.stop();
  }
}

module.exports = { redactSnapshot };
