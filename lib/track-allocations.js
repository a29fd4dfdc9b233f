'use strict';

const { addon } = require('./native');
const { toError } = require('./errors');
const { forgetIds, holdIds } = require('./object-ids');

/** Recordings of this thread: V8 has one, and the last to stop ends it. */
let running = 0;

/**
 * Has V8 remember of every object that this thread allocates from now on which functions were running.
 *
 * @returns {import('..').AllocationTracking}
 */
function trackAllocations() {
  if (running === 0) call(addon.startTracking);
  running += 1;
  const release = holdIds();
  let isRunning = true;
  const stop = () => {
    if (!isRunning) return;
    isRunning = false;
    running -= 1;
    if (running === 0) call(addon.stopTracking);
    release();
    if (running === 0) forgetIds();
  };
  return { stop, [Symbol.dispose ?? Symbol.for('nodejs.dispose')]: stop };
}

/** @param {() => any} work */
function call(work) {
  const result = work();
  if (result instanceof addon.Failure) throw toError(result, new Error('at'));
}

module.exports = { trackAllocations };
