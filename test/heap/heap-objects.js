'use strict';

const { ALL_ROWS } = require('../../checks/limits');
const { toPath } = require('../../words/location');
const { placeHere } = require('../report/scripts');
const { isOfHeaphound } = require('../package-file');

/** V8's types of objects that a program makes and can tell apart, without strings, numbers and V8's own tables. */
const TYPES = /** @type {const} */ (['object', 'closure', 'regexp']);

/** Some objects of a heap, and their number. @implements {Iterable<import('..').HeapObject>} */
class HeapObjects {
  /** @param {import('..').HeapObject[]} rows */
  constructor(rows) {
    this.rows = rows;
  }

  get count() {
    return this.rows.length;
  }

  /** Bytes of the objects themselves. */
  get size() {
    return this.rows.reduce((sum, row) => sum + row.size, 0);
  }

  [Symbol.iterator]() {
    return this.rows[Symbol.iterator]();
  }
}

/**
 * The program's objects in a heap. Objects of classes of this package belong to the measurement.
 *
 * @param {import('../..').Snapshot} snapshot
 * @returns {Promise<import('..').HeapObject[]>}
 */
async function readObjects(snapshot) {
  /** @type {import('..').HeapObject[]} */
  const objects = [];
  for (const kind of TYPES) {
    const rows = await snapshot.query({ kind, limit: ALL_ROWS, sort: 'id' });
    await placeHere(rows);
    for (const row of rows) {
      const file = row.location && row.location.file !== '' ? toPath(row.location.file) : undefined;
      if (row.kind !== kind || isOfHeaphound(file)) continue;
      const { id, name, className, shallowSize: size, retainedSize } = row;
      const { line, original, unmapped } = row.location ?? {};
      objects.push({
        id,
        name,
        className,
        type: kind,
        size,
        retainedSize,
        detached: row.detached === true,
        file,
        line: original?.line ?? (unmapped ? undefined : line),
      });
    }
  }
  return objects;
}

module.exports = { HeapObjects, readObjects };
