'use strict';

// A capture on its way: capture → encryption → measure → whoever stores it. Each of them may fail; then all of them
// end.

const { PassThrough } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { Measure } = require('./measure');
const { onAbort } = require('../../waits/signal');

/**
 * @template T
 * @param {import('./types').Take} take
 * @param {import('../disk/encryption').Encryption | undefined} encryption
 * @param {AbortSignal} signal
 * @param {(body: Measure) => Promise<T>} consume takes all of the body; it is destroyed when there will be no more
 * @returns {Promise<{ result: Omit<import('../..').CaptureResult, 'path'>, bytes: number, sha256: string, stored: T }>} of the bytes that were stored
 */
async function captureThrough(take, encryption, signal, consume) {
  signal.throwIfAborted();
  const entry = new PassThrough();
  const body = new Measure();
  // Destroyed streams tell their error to whoever works with them.
  entry.on('error', () => {});
  body.on('error', () => {});
  const forget = onAbort(signal, () => void entry.destroy(signal.reason));
  const flowing = encryption ? pipeline(entry, encryption.encrypt, body) : pipeline(entry, body);
  // Whoever stores hears of it by the body.
  flowing.catch(() => {});
  const taking = run(async () => {
    const result = await take({ stream: entry, compression: 'zstd' });
    entry.end();
    return result;
  });
  const storing = run(() => consume(body));
  const end = (/** @type {Error} */ error) => entry.destroy(error);
  taking.catch(end);
  storing.catch(end);
  const [taken, stored] = await Promise.allSettled([taking, storing, flowing]);
  forget();
  if (signal.aborted) throw signal.reason;
  if (stored.status === 'rejected' && !(taken.status === 'rejected' && isEcho(stored.reason, taken.reason)))
    throw stored.reason;
  if (taken.status === 'rejected') throw taken.reason;
  if (stored.status === 'rejected') throw stored.reason;
  return { result: taken.value, bytes: body.bytes, sha256: body.sha256, stored: stored.value };
}

/**
 * True when whoever stores failed only because the capture did.
 *
 * @param {unknown} error of the storing
 * @param {unknown} taken error of the capture
 */
function isEcho(error, taken) {
  const errors = [error, /** @type {Error | undefined} */ (error)?.cause];
  return errors.some(
    (one) => one === taken || /** @type {NodeJS.ErrnoException} */ (one)?.code === 'ERR_STREAM_PREMATURE_CLOSE',
  );
}

/**
 * @template T
 * @param {() => Promise<T>} work
 */
async function run(work) {
  return work();
}

module.exports = { captureThrough };
