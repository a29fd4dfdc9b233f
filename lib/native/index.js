'use strict';

// The only file that loads the addon, and the only one that knows an AbortSignal: the native side sees a flag.

const path = require('node:path');
const { toError } = require('../errors');
const { firstOf, onAbort } = require('../../waits/signal');

const PROGRESS_EVERY_MS = 100;
const root = path.join(__dirname, '..', '..');
const addon = load();

/** @typedef {import('./addon').Control} Control */

/** @returns {typeof import('./addon')} */
function load() {
  const file = path.join(root, `heaphound.${process.platform}-${process.arch}.node`);
  try {
    return require(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw toError({
      code: 'HEAPHOUND_ERR_ADDON',
      message: `the native part of heaphound does not load (${reason}); run \`npm rebuild heaphound\`, which needs Rust`,
    });
  }
}

/**
 * Runs a native job to its end.
 *
 * @template T
 * @param {object} options
 * @param {AbortSignal} [options.signal] the caller's
 * @param {AbortSignal[]} [options.closing] those of the snapshots the job works on
 * @param {(progress: import('../..').Progress) => void} [options.onProgress]
 * @param {number} [options.snapshot] position for the progress
 * @param {boolean} [options.toTheEnd] a job that is stopped is waited for, so that nothing is left behind
 * @param {(control: Control) => Promise<T>} start gives the promise of a job that looks at `control`
 * @returns {Promise<Exclude<T, import('./addon').Failure>>}
 */
async function run({ signal, closing = [], onProgress, snapshot = 0, toTheEnd = false }, start) {
  const caller = new Error('at');
  if (signal) signal.throwIfAborted();
  const control = new addon.Control();
  const aborted = whenAborted(signal ? [signal, ...closing] : closing, control);
  const timer = onProgress && watch(control, onProgress, snapshot);
  try {
    const job = start(control);
    const outcome = await (toTheEnd ? job : Promise.race([job, aborted.promise]));
    if (toTheEnd && signal && signal.aborted && outcome instanceof addon.Failure) throw signal.reason;
    if (outcome instanceof addon.Failure) throw toError(outcome, caller);
    return /** @type {Exclude<T, import('./addon').Failure>} */ (outcome);
  } finally {
    clearInterval(timer);
    aborted.forget();
  }
}

/**
 * @param {AbortSignal[]} signals
 * @param {Control} control is cancelled by the first of them
 */
function whenAborted(signals, control) {
  /** @type {(reason: unknown) => void} */
  let reject;
  /** @type {Promise<never>} */
  const promise = new Promise((_, reject_) => {
    reject = reject_;
  });
  // Nobody may be waiting for it.
  promise.catch(() => {});
  const { signal, forget } = firstOf(signals);
  onAbort(signal, () => {
    control.cancel();
    reject(signal.reason);
  });
  return { promise, forget };
}

/**
 * @param {Control} control
 * @param {(progress: import('../..').Progress) => void} onProgress
 * @param {number} snapshot
 */
function watch(control, onProgress, snapshot) {
  const timer = setInterval(() => {
    const { stage, done, total } = /** @type {import('../..').Progress} */ (control.progress());
    onProgress({ stage, done, total, snapshot });
  }, PROGRESS_EVERY_MS);
  timer.unref();
  return timer;
}

module.exports = { addon, run };
