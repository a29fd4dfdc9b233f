'use strict';

// A session with the inspector of this thread. When a session ends, V8 forgets the ids of all objects: two snapshots
// around it number them differently. So while a checkpoint needs the ids, one session stays open and serves all
// callers.

const inspector = require('node:inspector');
const { areKept } = require('./ids');

/** A class of its own: a program may have a `Session`, which is counted by its name. */
class InspectorSession extends inspector.Session {}

/** @type {InspectorSession | undefined} */
let lasting;

/**
 * The answer of a session in the same thread is there when `post` returns.
 *
 * @returns {{ session: import('node:inspector').Session, end: () => void }}
 *   `end`: ends the session, after the caller has disabled the domains that it enabled
 */
function openSession() {
  if (lasting !== undefined) return { session: lasting, end: () => {} };
  const session = new InspectorSession();
  session.connect();
  if (!areKept()) return { session, end: () => session.disconnect() };
  lasting = session;
  return { session, end: () => {} };
}

module.exports = { openSession };
