'use strict';

// A capture that passes through a stream into a private file.

const fs = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { captureThrough } = require('./capture-stream');
const { diskError, partialName } = require('../disk/private-file');

/**
 * @param {import('./types').Take} take
 * @param {string} file gets its name when all of it is on the disk
 * @param {import('../disk/encryption').Encryption | undefined} encryption
 * @param {AbortSignal} signal
 */
async function writeStream(take, file, encryption, signal) {
  const partial = partialName(path.dirname(file));
  try {
    return await captureThrough(take, encryption, signal, async (body) => {
      try {
        await pipeline(body, fs.createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true }));
        await fs.promises.link(partial, file);
      } catch (cause) {
        throw diskError(cause, file);
      }
    });
  } finally {
    await fs.promises.rm(partial, { force: true });
  }
}

module.exports = { writeStream };
