'use strict';

// Is there room for an analysis in the process of the app? The check runs before it, with the records of the snapshots.

const { memoryRoom } = require('../room/headroom');
const { analysisRoomError } = require('./errors');

/** Bytes of an open snapshot at its peak. The measurements of docs/benchmarks.md lie within a tenth of it. */
const BASE_BYTES = 46e6;
const NODE_BYTES = 60;
const EDGE_BYTES = 14;
/** Share for an older snapshot of a comparison: its graph is not computed. */
const OLDER_SHARE = 0.5;
/** Share of the free memory that an analysis may take: the app goes on and allocates meanwhile. */
const SHARE = 0.75;

/**
 * Refuses an analysis that there is no room for.
 *
 * @param {Array<Pick<import('../..').StoredSnapshot, 'nodeCount' | 'edgeCount'>>} snapshots oldest first
 * @param {{ maxMemoryBytes?: number, checkHeadroom?: boolean, room?: import('../room/cgroup').Room }} [options]
 * @returns {{ maxMemoryBytes?: number }} options for opening them, where a file that needs more than its record says is
 *   refused
 */
function analysisRoom(snapshots, { maxMemoryBytes, checkHeadroom = true, room = memoryRoom() } = {}) {
  const left = checkHeadroom ? Math.floor(room.bytes * SHARE) : Infinity;
  const isOwn = maxMemoryBytes !== undefined && maxMemoryBytes <= left;
  const have = isOwn ? maxMemoryBytes : left;
  const need = needOf(snapshots);
  if (need > have) throw analysisRoomError(need, have, isOwn ? '`analysis.maxMemoryBytes`' : room.limit);
  return Number.isFinite(have) ? { maxMemoryBytes: have } : {};
}

/**
 * Bytes, by estimate; 0 for a snapshot whose record has no counts.
 *
 * @param {Array<Pick<import('../..').StoredSnapshot, 'nodeCount' | 'edgeCount'>>} snapshots
 */
function needOf(snapshots) {
  const known = (/** @type {unknown} */ count) => Number(count) || 0;
  const bytes = snapshots.map((one) => known(one.nodeCount) * NODE_BYTES + known(one.edgeCount) * EDGE_BYTES);
  const newest = bytes.pop() ?? 0;
  return Math.round(BASE_BYTES + newest + OLDER_SHARE * bytes.reduce((sum, one) => sum + one, 0));
}

module.exports = { analysisRoom };
