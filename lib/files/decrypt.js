'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { optionError, toError } = require('../errors');
const { WORK, checkOptions, identities } = require('../options');
const { PLACE } = require('../disk/place');
const { cipherError, decrypt } = require('../disk/encryption');
const { diskError, partialName } = require('../disk/private-file');

const DECRYPT = { identities, signal: WORK.signal };

/**
 * @param {string | Readable} source
 * @param {string} file
 * @param {import('../..').DecryptOptions} options
 */
async function decryptSnapshot(source, file, options) {
  const checked = checkOptions(options, DECRYPT);
  const { signal, identities: keys } = checked;
  if (keys === undefined) throw optionError('identities', 'is missing');
  const target = PLACE.path('path', file);
  if (typeof source !== 'string' && !(source instanceof Readable))
    throw optionError('source', 'must be a path or a Readable');
  signal?.throwIfAborted();
  const input = typeof source === 'string' ? fs.createReadStream(source) : source;
  const partial = partialName(path.dirname(target));
  try {
    await pipeline(
      input,
      (chunks) => decrypt(chunks, keys),
      fs.createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true }),
      { signal },
    );
    await fs.promises.link(partial, target);
    return { path: target, storedBytes: (await fs.promises.stat(target)).size };
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw explain(/** @type {NodeJS.ErrnoException} */ (cause), target);
  } finally {
    input.destroy();
    await fs.promises.rm(partial, { force: true });
  }
}

/**
 * @param {NodeJS.ErrnoException} cause
 * @param {string} target
 */
function explain(cause, target) {
  if (cause.code === 'EEXIST')
    return toError(
      { code: 'HEAPHOUND_ERR_EXISTS', message: `${target} exists already; choose another name or remove it` },
      new Error('at'),
    );
  return cause.syscall === undefined ? cipherError(cause) : diskError(cause, target);
}

module.exports = { decryptSnapshot };
