'use strict';

const { diffSnapshots } = require('../..');
const { isSo } = require('../../checks/predicate');
const { collectGarbage } = require('../measure/collector');
const { closedError, optionError } = require('../errors');
const { openHeapNow } = require('./heap-now');
const { openSession } = require('./session');
const { HeapObjects, readObjects } = require('./heap-objects');
const { keepForCheckpoint } = require('./ids');
const { checkOptions, integer } = require('../options');
const { placeHere } = require('../report/scripts');
const { inQueue } = require('../measure/queue');

const SETTLE_MS = 40;
const OPTIONS = { settleMs: integer(0, 1e7) };

/**
 * @param {import('..').CheckpointOptions} [options]
 * @returns {Promise<import('..').Checkpoint>}
 */
async function checkpoint(options) {
  const { settleMs = SETTLE_MS } = checkOptions(options, OPTIONS);
  keepForCheckpoint();
  return inQueue(async () => {
    // From now on the session stays open, so it is in the heap before and after.
    openSession().end();
    await collectGarbage(settleMs);
    return new Checkpoint(await openHeapNow(), settleMs);
  });
}

/** The heap of an earlier moment. */
class Checkpoint {
  #before;
  #settleMs;
  #isClosed = false;

  /**
   * @param {import('../..').Snapshot} before
   * @param {number} settleMs
   */
  constructor(before, settleMs) {
    this.#before = before;
    this.#settleMs = settleMs;
  }

  /** @returns {Promise<any>} */
  async diff() {
    return inQueue(async () => {
      if (this.#isClosed) throw closedError('the checkpoint is closed; take another one');
      await collectGarbage(this.#settleMs);
      const after = await openHeapNow();
      try {
        const diff = await diffSnapshots(this.#before, after, { sourceMaps: true });
        await placeHere(diff.classes);
        return withObjects(diff, await readObjects(after), this.#before.info.maxObjectId);
      } finally {
        await after.close();
      }
    });
  }

  /** Diffs that run already get their answer. */
  async close() {
    await inQueue(async () => {
      this.#isClosed = true;
      await this.#before.close();
    });
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }
}

/**
 * V8 counts its ids up: an object that was made later has a greater id.
 *
 * @param {import('../..').DiffDocument} diff
 * @param {import('..').HeapObject[]} rows of the later heap
 * @param {number} last id of the earlier heap
 */
function withObjects(diff, rows, last) {
  const choose =
    (/** @type {boolean} */ isNew) =>
    (/** @type {((object: import('..').HeapObject) => unknown) | undefined} */ predicate) => {
      if (predicate !== undefined && typeof predicate !== 'function')
        throw optionError('predicate', 'must be a function');
      if (!diff.comparison.ids)
        throw optionError('checkpoint', `its objects cannot be distinguished from others: ${diff.comparison.reason}`);
      return new HeapObjects(
        rows.filter((row) => row.id > last === isNew && (predicate === undefined || isSo('predicate', predicate, row))),
      );
    };
  return Object.defineProperties(diff, { objects: { value: choose(true) }, survived: { value: choose(false) } });
}

module.exports = { checkpoint };
