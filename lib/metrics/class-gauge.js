'use strict';

// How many objects of a class are alive, without a snapshot: to see in production that a fix holds.

const { performance } = require('node:perf_hooks');
const { setImmediate } = require('node:timers/promises');
const { isClass, liveInstances } = require('../../counts/instances');
const { optionError, toError } = require('../errors');

/**
 * The gauge holds the class, and none of its objects.
 *
 * @param {Function} Class
 * @returns {import('../..').ClassGauge}
 */
function watchClass(Class) {
  if (!isClass(Class)) throw optionError('Class', 'must be a class, or a function that makes objects with new');
  /** @type {import('node:inspector').Session | undefined} */
  let session;
  /** @type {import('../..').ClassCount | undefined} */
  let latest;
  let isClosed = false;
  return {
    className: Class.name,
    latest: () => latest,
    count: async () => {
      if (isClosed) throw closed();
      // An object that a WeakRef gave away lives to the end of the turn, and so do those of the caller's stack.
      await setImmediate();
      if (isClosed) throw closed();
      // One session for the whole life: when a session ends, V8 forgets the ids that snapshots are compared by.
      session ??= connected();
      const begin = performance.now();
      const count = liveInstances(Class, session);
      latest = { count, pauseMs: performance.now() - begin, at: new Date().toISOString() };
      return count;
    },
    close: () => {
      isClosed = true;
      session?.disconnect();
      session = undefined;
    },
  };
}

function closed() {
  return toError({ code: 'HEAPHOUND_ERR_CLOSED', message: 'the gauge is closed; make another' }, new Error('at'));
}

function connected() {
  try {
    // Node.js can be built without it.
    const inspector = require('node:inspector');
    const session = new inspector.Session();
    session.connect();
    return session;
  } catch (cause) {
    const message = `the inspector of this thread cannot be used: ${/** @type {Error} */ (cause).message}`;
    throw toError({ code: 'HEAPHOUND_ERR_INSPECTOR', message }, new Error('at'));
  }
}

module.exports = { watchClass };
