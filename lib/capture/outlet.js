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

function newOutlet() {
  return new addon.Outlet();
}

module.exports = { checkStream, newOutlet, pour, writable };
