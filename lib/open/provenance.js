'use strict';

// Facts about a snapshot file that are not in its bytes: who took it, when, and in which id space.

const fs = require('node:fs/promises');
const path = require('node:path');
const { isMemory } = require('./memory-figures');
const { readRegular } = require('../disk/regular-file');

/** A sidecar is a small document; what is longer is something else. */
const MAX_SIDECAR = 1 << 20;
/** `Heap.20261127.203015.1234.0.001.heapsnapshot`, as Node.js names it, in local time: process and thread follow. */
const NAME_OF_NODE = /^Heap\.(\d{4})(\d\d)(\d\d)\.(\d\d)(\d\d)(\d\d)\.(\d+)\.(\d+)\.\d+\.heapsnapshot/;
/** `20261127T203015123Z` in a name, as captures and stores of this package write it. */
const TIME_IN_NAME = /(?<!\d)(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z/;

/**
 * `idSpace`: captures of one id space were made to call the same object by the same id. `takenAt`: ISO 8601 in UTC.
 *
 * @typedef {object} Provenance
 * @property {string} [idSpace]
 * @property {string} [takenAt]
 * @property {'capture' | 'name' | 'file'} [takenAtFrom] who says so: the capture, the name of the file, or when it was
 *   last written
 * @property {number} [pid]
 * @property {number} [threadId]
 * @property {import('../..').Runtime} [runtime]
 * @property {import('../..').ProcessMemory} [memory] when the capture began
 */

/**
 * From the sidecar `FILE.json` of a capture, else from the name that Node.js or a capture gave the file, else when
 * the file was last written.
 *
 * @param {string} file
 * @param {number} storedBytes size of the snapshot file
 * @returns {Promise<Provenance>} without what nobody knows
 */
async function readProvenance(file, storedBytes) {
  const captured = ofCapture(await readSidecar(file, storedBytes));
  if (captured.takenAt !== undefined) return captured;
  const named = ofName(path.basename(file));
  if (named.takenAt !== undefined) return { ...named, ...captured };
  const written = await lastWritten(file);
  return {
    ...(written === undefined ? {} : { takenAt: written, takenAtFrom: /** @type {const} */ ('file') }),
    ...captured,
  };
}

/**
 * The facts in a capture record or a store record.
 *
 * @param {Partial<Record<keyof import('../..').SnapshotSidecar | 'osThread', unknown>>} document that anybody may have
 *   written
 * @returns {Provenance}
 */
function ofCapture({ idSpace, startedAt, pid, threadId, runtime, memory, osThread }) {
  const takenAt = toTime(startedAt);
  // A core dump does not tell the number of a worker.
  const isThread = osThread === undefined || osThread === pid;
  return {
    ...(typeof idSpace === 'string' && idSpace !== '' ? { idSpace } : {}),
    ...(takenAt === undefined ? {} : { takenAt, takenAtFrom: 'capture' }),
    ...(isThread && Number.isSafeInteger(pid) && Number.isSafeInteger(threadId)
      ? { pid: Number(pid), threadId: Number(threadId) }
      : {}),
    ...(typeof runtime === 'string' ? { runtime: /** @type {import('../..').Runtime} */ (runtime) } : {}),
    ...(isMemory(memory) ? { memory } : {}),
  };
}

/**
 * @param {string} file
 * @param {number} storedBytes
 * @returns {Promise<Partial<Record<keyof import('../..').SnapshotSidecar, unknown>>>} empty when there is no sidecar, or none of this file
 */
async function readSidecar(file, storedBytes) {
  try {
    const sidecar = `${file}.json`;
    const document = Object(JSON.parse(await readRegular(sidecar, { isPrivate: false, most: MAX_SIDECAR })));
    // A file that was replaced has left its sidecar behind.
    return document.storedBytes === undefined || document.storedBytes === storedBytes ? document : {};
  } catch {
    return {};
  }
}

/**
 * @param {string} name
 * @returns {Provenance}
 */
function ofName(name) {
  const ofNode = NAME_OF_NODE.exec(name);
  if (ofNode !== null) {
    const [year, month, day, hours, minutes, seconds, pid, threadId] = ofNode.slice(1).map(Number);
    return {
      takenAt: toTime(new Date(year, month - 1, day, hours, minutes, seconds)),
      takenAtFrom: 'name',
      pid,
      threadId,
    };
  }
  const [, year, month, day, hours, minutes, seconds, ms] = TIME_IN_NAME.exec(name) ?? [];
  const takenAt =
    year === undefined ? undefined : toTime(`${year}-${month}-${day}T${hours}:${minutes}:${seconds}.${ms}Z`);
  return takenAt === undefined ? {} : { takenAt, takenAtFrom: 'name' };
}

/** @param {string} file */
async function lastWritten(file) {
  try {
    const facts = await fs.stat(file);
    return facts.isFile() ? toTime(facts.mtime) : undefined;
  } catch {
    return undefined;
  }
}

/** @param {unknown} time */
function toTime(time) {
  const date = typeof time === 'string' || time instanceof Date ? new Date(time) : new Date(NaN);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

module.exports = { ofCapture, readProvenance };
