'use strict';

// In which snapshots is an object, and how large is it there? Only ids can tell.

const { openSequence } = require('../compare/sequence');
const { inside } = require('../open/snapshot');

/**
 * @typedef {object} Moment
 * @property {number} snapshot position
 * @property {boolean | null} exists null: the ids of the two snapshots do not name the same objects
 * @property {number} [shallowSize]
 * @property {number} [retainedSize]
 */

/**
 * @param {import('./session').Session} session
 * @param {number} position of the snapshot in which the object is
 * @param {{ id: number, kind: string }} object
 * @param {AbortSignal} signal
 * @returns {Promise<Moment[]>}
 */
async function historyOf(session, position, object, signal) {
  const moments = [];
  for (const { position: other, snapshot } of session.ready()) {
    const isComparable = other === position || (await compareByIds(session, position, other, signal));
    moments.push(isComparable ? await momentOf(session, other, snapshot, object, signal) : unknown(other));
  }
  return moments;
}

/**
 * @param {import('./session').Session} session
 * @param {number} position
 * @param {import('../..').Snapshot} snapshot
 * @param {{ id: number, kind: string }} object
 * @param {AbortSignal} signal
 * @returns {Promise<Moment>}
 */
async function momentOf(session, position, snapshot, { id, kind: wanted }, signal) {
  const opened = /** @type {import('../open/snapshot').Snapshot} */ (snapshot);
  const { kind, shallowSize, retainedSize } = await session.turns.take(signal, () =>
    inside.sizes(opened, id, { signal }),
  );
  if (kind === null || shallowSize === null || retainedSize === null) return { snapshot: position, exists: false };
  // An object stays of its kind.
  return kind === wanted ? { snapshot: position, exists: true, shallowSize, retainedSize } : unknown(position);
}

/**
 * @param {number} snapshot
 * @returns {Moment}
 */
function unknown(snapshot) {
  return { snapshot, exists: null };
}

/**
 * @param {import('./session').Session} session
 * @param {number} one
 * @param {number} other
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>}
 */
async function compareByIds(session, one, other, signal) {
  const pair = [one, other].sort((a, b) => a - b);
  return session.comparisons.get(`ids ${pair}`, signal, async (shared) => {
    const snapshots = pair.map((position) => session.at(position).snapshot);
    const allow = /** @type {('same' | 'unrelated')[]} */ (['same', 'unrelated']);
    const { comparison } = await session.turns.take(shared, () =>
      openSequence(snapshots, { signal: shared }, { order: 'given', allow }),
    );
    return comparison.ids;
  });
}

module.exports = { historyOf };
