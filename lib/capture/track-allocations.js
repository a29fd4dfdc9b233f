'use strict';

const v8 = require('node:v8');
const { addon } = require('../native');
const { toError } = require('../errors');
const { forgetIds, holdIds } = require('./object-ids');

/**
 * A function that the compiler took into its caller is missing on the stacks that V8 records, and of objects that are
 * made in one step only the first is recorded. So neither is done meanwhile. What was compiled before stays as it is.
 */
const WHOLE_STACKS = ['turbo-inlining', 'maglev-inlining', 'turbo-allocation-folding', 'enable-allocation-folding'];

/** Recordings of this thread: V8 has one, and the last to stop ends it. */
let running = 0;

/**
 * Has V8 remember of every object that this thread allocates from now on which functions were running.
 *
 * @returns {import('../..').AllocationTracking}
 */
function trackAllocations() {
  if (running === 0) {
    call(addon.startTracking);
    setFlags('no-');
  }
  running += 1;
  const release = holdIds();
  let isRunning = true;
  const stop = () => {
    if (!isRunning) return;
    isRunning = false;
    running -= 1;
    if (running === 0) {
      call(addon.stopTracking);
      setFlags('');
    }
    release();
    if (running === 0) forgetIds();
  };
  return { stop, [Symbol.dispose ?? Symbol.for('nodejs.dispose')]: stop };
}

/**
 * Sets the flags that the command line of the process does not set itself.
 *
 * @param {'no-' | ''} sign
 */
function setFlags(sign) {
  const chosen = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').replaceAll('_', '-');
  for (const flag of WHOLE_STACKS) {
    if (!chosen.includes(flag)) v8.setFlagsFromString(`--${sign}${flag}`);
  }
}

/** @param {() => unknown} work */
function call(work) {
  const result = work();
  if (result instanceof addon.Failure) throw toError(result, new Error('at'));
}

module.exports = { trackAllocations };
