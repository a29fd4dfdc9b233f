'use strict';

// In which order were snapshots taken?

const path = require('node:path');
const { natural } = require('../open/folder');

/** Files that were written within less than this time may have been copied in the order of their names. */
const SHORTEST_MS = 1000;
/** No two time zones differ by more. */
const ZONES_MS = 26 * 60 * 60 * 1000;
/** The part of a name that numbers files: a number, or one letter that stands alone (`a`, `heap-b`). */
const NUMBERING = /\d+|(?<![A-Za-z])[A-Za-z](?![A-Za-z])/g;

/**
 * @typedef {object} Taken facts about a snapshot
 * @property {string} [file]
 * @property {string} [takenAt]
 * @property {'capture' | 'name' | 'file'} [takenAtFrom]
 */

/**
 * The sources of the order, best first: comparable ids; times from sidecars, or from the names that Node.js gave the
 * files; times at which the files were last written. The last source is weak: a copy is written anew, and a folder is
 * copied in the order of its names. So the names are compared as well. When the two contradict each other, the order is
 * unknown.
 *
 * @param {Taken[]} snapshots in the order of the call
 * @param {number[] | null} byIds positions, oldest first
 * @returns {import('../..').SnapshotOrder}
 */
function takenOrder(snapshots, byIds) {
  if (byIds !== null) {
    const why = contradiction(snapshots, byIds);
    return order(byIds, 'ids', why === undefined, why ?? 'the highest id of each snapshot tells it');
  }
  const byNames = numbered(snapshots.map(({ file }) => file));
  const byTime = timed(snapshots, byNames);
  const isWritten = snapshots.some(({ takenAtFrom }) => takenAtFrom === 'file');
  if (byTime !== undefined && !isWritten) {
    if (!isZoneDoubtful(snapshots, byTime))
      return order(byTime, 'time', true, 'the captures wrote down when they were taken');
    return order(byTime, 'time', false, 'the names of Node.js have the time of a zone that they do not tell');
  }
  if (byTime !== undefined && byNames === undefined && isAsCopied(snapshots, byTime)) {
    const why = 'ids do not tell it, and the files were last written in the order of their names, as copies are';
    return order(
      snapshots.map((_, at) => at),
      'given',
      false,
      why,
    );
  }
  if (byTime !== undefined && byNames !== undefined && String(byTime) !== String(byNames)) {
    const why = 'ids do not tell it, and the files were last written in another order than that of their names';
    return order(
      snapshots.map((_, at) => at),
      'given',
      false,
      why,
    );
  }
  if (byTime !== undefined) return order(byTime, 'time', true, 'the files were last written in this order');
  if (byNames !== undefined)
    return order(byNames, 'names', false, 'neither ids nor times tell it, but the names number the files');
  return order(
    snapshots.map((_, at) => at),
    'given',
    false,
    'neither ids, times nor names tell it',
  );
}

/**
 * Ids of one line of captures rise with time. Two that went on from one table of ids are two lines, in which new
 * objects have ids that are not to be compared.
 *
 * @param {Taken[]} snapshots
 * @param {number[]} byIds
 */
function contradiction(snapshots, byIds) {
  if (snapshots.some(({ takenAtFrom }) => takenAtFrom !== 'capture')) return undefined;
  const times = byIds.map((at) => timeOf(snapshots[at]));
  if (times.slice(1).every((time, at) => time >= times[at])) return undefined;
  return 'the ids tell another order than the times that the captures wrote down: they may go on from one table of ids in two directions';
}

/**
 * Positions of two snapshots of one moment of one process, such as two thaws of one image: their ids can differ, and
 * their contents do not.
 *
 * @param {(Taken & { pid?: number, threadId?: number })[]} snapshots
 * @returns {[number, number] | null}
 */
function oneMoment(snapshots) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  for (const [at, { takenAt, takenAtFrom, pid, threadId }] of snapshots.entries()) {
    if (takenAtFrom !== 'capture' || pid === undefined) continue;
    const moment = `${takenAt} ${pid} ${threadId}`;
    const earlier = seen.get(moment);
    if (earlier !== undefined) return [earlier, at];
    seen.set(moment, at);
  }
  return null;
}

/**
 * @param {number[]} given
 * @param {import('../..').SnapshotOrder['by']} by
 * @param {boolean} known
 * @param {string} reason
 */
function order(given, by, known, reason) {
  return { sorted: given.some((position, at) => position !== at), by, known, given, reason };
}

/**
 * Positions by time; undefined when two times are the same.
 *
 * @param {Taken[]} snapshots
 * @param {number[]} [byNames] for snapshots of one moment: Node.js's names have seconds, and a counter
 */
function timed(snapshots, byNames) {
  const times = snapshots.map(timeOf);
  if (times.some(Number.isNaN)) return undefined;
  // A file whose sidecar is lost may have been written long after the capture; the others have exact times.
  if (new Set(snapshots.map(({ takenAtFrom }) => takenAtFrom === 'file')).size > 1) return undefined;
  const shortest = snapshots.some(({ takenAtFrom }) => takenAtFrom === 'file')
    ? SHORTEST_MS
    : byNames === undefined
      ? 1
      : 0;
  const positions = (byNames ?? times.map((_, at) => at)).toSorted((a, b) => times[a] - times[b]);
  const isClear = positions.slice(1).every((position, at) => times[position] - times[positions[at]] >= shortest);
  return isClear ? positions : undefined;
}

/** @param {Taken} snapshot */
function timeOf({ takenAt }) {
  return Date.parse(takenAt ?? '');
}

/**
 * Node.js names a file by the local time, which we read as this machine's. Together with a time in UTC, it orders only
 * snapshots that lie further apart than two zones.
 *
 * @param {Taken[]} snapshots
 * @param {number[]} byTime
 */
function isZoneDoubtful(snapshots, byTime) {
  const isLocal = (/** @type {Taken} */ { takenAtFrom, file = '' }) => {
    return takenAtFrom === 'name' && path.basename(file).startsWith('Heap.');
  };
  return byTime.slice(1).some((position, at) => {
    const [older, newer] = [snapshots[byTime[at]], snapshots[position]];
    return isLocal(older) !== isLocal(newer) && timeOf(newer) - timeOf(older) < ZONES_MS;
  });
}

/**
 * True when the files were written in the order of their names, as a shell, git and an archive write copies.
 *
 * @param {Taken[]} snapshots
 * @param {number[]} byTime
 */
function isAsCopied(snapshots, byTime) {
  const files = byTime.map((at) => snapshots[at].file ?? '');
  const isRising = (/** @type {(one: string, other: string) => boolean} */ isBefore) => {
    return files.slice(1).every((file, at) => isBefore(files[at], file));
  };
  return isRising((one, other) => one < other) || isRising((one, other) => natural(one, other) < 0);
}

/**
 * Positions by the numbers in the names; undefined when the names differ in more than one number, or letter that
 * stands alone.
 *
 * @param {(string | undefined)[]} files
 */
function numbered(files) {
  /** @type {string[]} */
  const names = [];
  for (const file of files) if (file !== undefined) names.push(path.basename(file));
  if (names.length < files.length) return undefined;
  const parts = names.map((name) => name.match(NUMBERING) ?? []);
  const isOneSeries = new Set(names.map((name) => name.replace(NUMBERING, '*'))).size === 1;
  const differing = parts[0].map((_, at) => at).filter((at) => new Set(parts.map((numbers) => numbers[at])).size > 1);
  if (!isOneSeries || differing.length !== 1) return undefined;
  const numbers = parts.map((part) => part[differing[0]]);
  if (new Set(numbers).size < numbers.length) return undefined;
  return names.map((_, at) => at).sort((a, b) => natural(numbers[a], numbers[b]));
}

module.exports = { oneMoment, takenOrder };
