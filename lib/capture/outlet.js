'use strict';

// From a native outlet into a stream of the caller.

const { Writable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { addon, run } = require('../native');
const { optionError, streamError } = require('../errors');

/** Option `stream`. @type {import('../options').Check<Writable>} */
function writable(name, value) {
  if (!(value instanceof Writable)) throw optionError(name, 'must be a Writable of node:stream');
  if (value.writableObjectMode) throw optionError(name, 'must be a stream of bytes, not of objects');
  return value;
}

/**
 * Refuses a stream that takes nothing any more.
 *
 * @param {Writable} stream
 */
function checkStream(stream) {
  if (stream.destroyed || stream.writableEnded || stream.errored)
    throw streamError(stream.errored ?? new Error('it is closed'));
}

/**
 * Writes everything into the stream, as fast as it takes it, and ends it. On failure the stream is destroyed.
 *
 * @param {import('../native/addon').Outlet} outlet
 * @param {Writable} stream
 * @param {AbortSignal} [signal]
 */
async function pour(outlet, stream, signal) {
  try {
    await pipeline(chunks(outlet, signal), stream, signal ? { signal } : {});
  } catch (cause) {
    if (signal && signal.aborted) throw signal.reason;
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('HEAPHOUND_')) throw cause;
    throw streamError(cause);
  } finally {
    outlet.close();
  }
}

/**
 * @param {import('../native/addon').Outlet} outlet
 * @param {AbortSignal} [signal]
 */
async function* chunks(outlet, signal) {
  for (;;) {
    const chunk = await run({ signal }, (control) => outlet.next(control));
    if (chunk === null) return;
    yield chunk;
  }
}

/**
 * Runs work that writes into an outlet, which is emptied into the stream meanwhile.
 *
 * @template T
 * @param {Writable} stream
 * @param {AbortSignal | undefined} signal
 * @param {(target: { outlet: import('../native/addon').Outlet, flow: () => void }) => Promise<T>} work `flow` begins to
 *   empty the outlet, which happens after the work at the latest
 * @returns {Promise<T>}
 */
async function intoStream(stream, signal, work) {
  checkStream(stream);
  const outlet = new addon.Outlet();
  /** @type {Promise<void> | undefined} */
  let pouring;
  const flow = () => {
    pouring ??= pour(outlet, stream, signal);
    // It is waited for below; until then it may fail unseen.
    pouring.catch(() => {});
    return pouring;
  };
  try {
    const done = await work({ outlet, flow });
    await flow();
    return done;
  } catch (error) {
    outlet.close();
    // Without an error of its own: nobody may be listening for one.
    stream.destroy();
    throw await firstCause(error, pouring);
  }
}

/**
 * A reader that fails ends the capture, and a capture that fails ends the reader: the error of the one that began it.
 * Waits for the reader.
 *
 * @param {unknown} error of the capture
 * @param {Promise<unknown>} [reading]
 */
async function firstCause(error, reading) {
  const failure = await Promise.resolve(reading).then(
    () => undefined,
    (cause) => cause,
  );
  return /** @type {NodeJS.ErrnoException} */ (error)?.code === 'HEAPHOUND_ERR_CANCELLED' ? (failure ?? error) : error;
}

module.exports = { firstCause, intoStream, writable };
