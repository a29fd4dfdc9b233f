'use strict';

// For receivers that want to know the length first: the snapshot waits in a private file, or in memory of a fixed size.

const fs = require('node:fs/promises');
const { constants, createReadStream } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Readable } = require('node:stream');
const { toError } = require('../errors');
const { captureThrough } = require('./capture-stream');
const { writeStream } = require('./stream-file');

/** The directory is ours alone; all the same nothing but the file itself is read. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/**
 * @typedef {object} Spooled
 * @property {Omit<import('../..').CaptureResult, 'path'>} result of the capture
 * @property {number} bytes
 * @property {string} sha256 of what is to be stored
 * @property {() => import('node:stream').Readable} read
 * @property {() => Promise<void>} remove
 */

/**
 * @param {import('./types').Take} take
 * @param {import('../disk/encryption').Encryption | undefined} encryption
 * @param {AbortSignal} signal
 * @param {number} [memoryBytes] most of them; none means a file
 * @returns {Promise<Spooled>}
 */
async function spool(take, encryption, signal, memoryBytes) {
  return memoryBytes === undefined ? inFile(take, encryption, signal) : inMemory(take, encryption, signal, memoryBytes);
}

/**
 * @param {import('./types').Take} take
 * @param {import('../disk/encryption').Encryption | undefined} encryption
 * @param {AbortSignal} signal
 */
async function inFile(take, encryption, signal) {
  const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'heaphound-'));
  const file = path.join(directory, 'snapshot');
  const remove = () => fs.rm(directory, { recursive: true, force: true });
  try {
    let spooled;
    if (encryption) spooled = await writeStream(take, file, encryption, signal);
    else {
      const result = await take({ path: file, compression: 'zstd' });
      spooled = { result, bytes: result.storedBytes, sha256: result.sha256 };
      signal.throwIfAborted();
    }
    return {
      ...spooled,
      read: () => createReadStream(file, { flags: /** @type {string} */ (/** @type {unknown} */ (READ_ONLY)) }),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * @param {import('./types').Take} take
 * @param {import('../disk/encryption').Encryption | undefined} encryption
 * @param {AbortSignal} signal
 * @param {number} memoryBytes
 */
async function inMemory(take, encryption, signal, memoryBytes) {
  const { stored: chunks, ...spooled } = await captureThrough(take, encryption, signal, async (body) => {
    const chunks = [];
    for await (const chunk of body) {
      if (body.bytes > memoryBytes) throw memoryError(memoryBytes);
      chunks.push(chunk);
    }
    return chunks;
  });
  return { ...spooled, read: () => Readable.from(chunks, { objectMode: false }), remove: async () => {} };
}

/** @param {number} memoryBytes */
function memoryError(memoryBytes) {
  const message = `the snapshot takes more than the ${memoryBytes} bytes that \`memoryBytes\` allows; raise it, or leave it out to use a file`;
  return toError({ code: 'HEAPHOUND_ERR_MAX_BYTES', message }, new Error('at'));
}

module.exports = { spool };
