'use strict';

// What is known of a snapshot file that its bytes do not say.

const fs = require('node:fs/promises');
const path = require('node:path');
const { isMemory } = require('./outside-growth');
const { readRegular } = require('./regular-file');

/** A sidecar is a small document; what is longer is something else. */
const MAX_SIDECAR = 1 << 20;
/** `Heap.20261127.203015.1234.0.001.heapsnapshot`, as Node.js names it, in local time. */
const NAME_OF_NODE = /^Heap\.(\d{4})(\d\d)(\d\d)\.(\d\d)(\d\d)(\d\d)\.\d+\.\d+\.\d+\.heapsnapshot/;

/**
 * The id space of a capture, from the sidecar `FILE.json` beside it: captures of one id space call the same object by the same id; and when it
 * was taken: from the sidecar, from the name that Node.js gave it, else when the file was last written.
 *
 * @param {string} file
 * @param {number} storedBytes size of the snapshot file
 * @returns {Promise<{ idSpace?: string, takenAt?: string, memory?: import('..').ProcessMemory }>} without what nobody knows
 */
async function readProvenance(file, storedBytes) {
  const { idSpace, startedAt, memory } = await readSidecar(file, storedBytes);
  const takenAt = toTime(startedAt) ?? timeInName(file) ?? await lastWritten(file);
  return {
    ...(typeof idSpace === 'string' && idSpace !== '' ? { idSpace } : {}),
    ...(takenAt === undefined ? {} : { takenAt }),
    ...(isMemory(memory) ? { memory } : {}),
  };
}

/**
 * @param {string} file
 * @param {number} storedBytes
 * @returns {Promise<{ idSpace?: unknown, startedAt?: unknown, memory?: unknown }>} empty when there is no sidecar, or none of this file
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

/** @param {string} file */
function timeInName(file) {
  const found = NAME_OF_NODE.exec(path.basename(file));
  if (found === null) return undefined;
  const [year, month, day, hours, minutes, seconds] = found.slice(1).map(Number);
  return toTime(new Date(year, month - 1, day, hours, minutes, seconds));
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

module.exports = { readProvenance };
