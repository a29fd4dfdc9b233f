'use strict';

// V8's map of object ids: made by the first snapshot in the process, kept up to date by the collector at a high price
// until it is forgotten.

const { randomUUID } = require('node:crypto');
const inspector = require('node:inspector');

/** Ids of this thread mean the same objects as long as it stays the same. @type {string | undefined} */
let space;
/** Things under way that need the map. */
let users = 0;

/** The id space of a snapshot that this thread builds now. */
function idSpace() {
  space ??= randomUUID();
  return space;
}

/**
 * Has V8 forget the map of this thread: ids start anew and the collector is as fast as before the first snapshot. Not
 * while somebody may need it: a debugger (the inspector is open) or allocation tracking of ours.
 *
 * # Cost
 * Under a millisecond.
 *
 * @returns {boolean} true when it is forgotten
 */
function forgetIds() {
  if (users > 0 || inspector.url() !== undefined) return false;
  const session = new inspector.Session();
  let forgotten = false;
  try {
    session.connect();
    // A session in the same thread answers before `post` returns.
    session.post('HeapProfiler.enable', (error) => {
      if (!error) session.post('HeapProfiler.disable', (failure) => (forgotten = !failure));
    });
    session.disconnect();
  } catch {
    // A Node without an inspector, or one that forbids it.
  }
  if (forgotten) space = undefined;
  return forgotten;
}

/** A session of the inspector in this thread has ended: V8 forgot the ids with it, whoever holds them. */
function sessionEnded() {
  space = undefined;
}

/** True while snapshots of this thread continue the ids of one before. */
function areIdsKept() {
  return space !== undefined || users > 0;
}

/** Keeps the map until the function that it gives is called. */
function holdIds() {
  users += 1;
  let holds = true;
  return () => {
    if (holds) users -= 1;
    holds = false;
  };
}

module.exports = { areIdsKept, idSpace, forgetIds, holdIds, sessionEnded };
