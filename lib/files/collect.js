'use strict';

// Turns the snapshots that Node.js itself writes into a directory into private, packed files. Node.js writes them on a
// signal, near the heap limit, or when memory ran out.

const fs = require('node:fs');
const path = require('node:path');
const { addon, run } = require('../native');
const { optionError, toError } = require('../errors');
const { WORK, checkOptions, ofType } = require('../options');
const { PLACE, SUFFIXES } = require('../disk/place');
const { REDACTION, redactionKey } = require('../redaction-key');
const { onAbort } = require('../../waits/signal');

const COLLECT = {
  ...REDACTION,
  out: PLACE.dir,
  compression: PLACE.compression,
  keep: ofType('boolean'),
  once: ofType('boolean'),
  signal: WORK.signal,
};
const NAME = /\.heapsnapshot$/;
/** `fs.watch` may miss a change, and on a network file system it reports none. */
const LOOK_EVERY_MS = 1000;
/** A file that is not whole and has not changed for this time: its writer was stopped. */
const QUIET_MS = 5000;
/** Wait after a failure with another cause than the file, such as a full disk. */
const RETRY_MS = 30_000;

/**
 * The facts about a file that was seen.
 *
 * @typedef {object} Seen
 * @property {string} state size and time of the last change
 * @property {number} since when it is in that state, by our clock
 * @property {boolean} wasTried
 * @property {boolean} isReported its outcome was yielded
 */

/**
 * @param {string} directory
 * @param {import('../..').CollectOptions} [options]
 * @returns {AsyncGenerator<import('../..').CollectedSnapshot, void, void>}
 */
async function* collectSnapshots(directory, options) {
  const { out, keep = false, once = false, signal, ...checked } = checkOptions(options, COLLECT);
  const key = redactionKey(checked);
  const compression = checked.compression ?? 'zstd';
  if (typeof directory !== 'string' || directory === '') throw optionError('directory', 'must be a path');
  const from = path.resolve(directory);
  const to = out ?? from;
  if (to === from && compression === 'none')
    throw optionError('compression', 'none needs a directory `out` of its own');
  for (const needed of new Set([from, to])) checkDirectory(needed);
  const bell = ring(from, signal);
  /** @type {Map<string, Seen>} */
  const seen = new Map();
  try {
    while (!signal?.aborted) {
      for (const { name, size, state } of look(from, seen)) {
        const file = path.join(from, name);
        const entry = /** @type {Seen} */ (seen.get(name));
        if (!once && !isDue(entry)) continue;
        const target = path.join(to, name + SUFFIXES[compression]);
        entry.wasTried = true;
        const outcome = await store(file, target, { size, packing: { compression, key }, signal });
        if (signal?.aborted) return;
        if (
          outcome.event === 'incomplete' &&
          !once &&
          (stateOf(file) !== state || performance.now() - entry.since < QUIET_MS)
        ) {
          // Its writer may still be at work.
          entry.wasTried = false;
          continue;
        }
        if (outcome.event === 'failed') Object.assign(entry, { since: performance.now() + RETRY_MS, wasTried: false });
        const removed = outcome.event === 'stored' && !keep && remove(file);
        const isNews = !(outcome.already && keep) && !entry.isReported;
        entry.isReported = true;
        if (isNews) yield { ...outcome, file, removed };
      }
      if (once) return;
      await bell.next();
    }
  } finally {
    bell.stop();
  }
}

/**
 * The snapshots in the directory, and their changes. A file that others may read is made private at once.
 *
 * @param {string} directory
 * @param {Map<string, Seen>} seen
 */
function look(directory, seen) {
  const names = fs
    .readdirSync(directory)
    .filter((name) => NAME.test(name))
    .sort();
  for (const name of seen.keys()) if (!names.includes(name)) seen.delete(name);
  return names.flatMap((name) => {
    const file = path.join(directory, name);
    const facts = fs.lstatSync(file, { throwIfNoEntry: false });
    if (facts === undefined || !facts.isFile()) return [];
    const state = stateOf(file);
    if (seen.get(name)?.state !== state)
      seen.set(name, { state, since: performance.now(), wasTried: false, isReported: false });
    if ((facts.mode & 0o77) !== 0) makePrivate(file);
    return [{ name, size: facts.size, state }];
  });
}

/**
 * True for a file that no longer changes, and that was not tried in this state.
 *
 * @param {Seen} entry
 */
function isDue({ since, wasTried }) {
  return !wasTried && performance.now() - since >= LOOK_EVERY_MS;
}

/**
 * @param {string} file
 * @param {string} target
 * @param {{ size: number, packing: { compression: import('../disk/place').Compression, key?: Uint8Array }, signal?:
 *   AbortSignal }} options
 * @returns {Promise<Omit<import('../..').CollectedSnapshot, 'file' | 'removed'>>}
 */
async function store(file, target, { size, packing, signal }) {
  try {
    const { rawBytes, storedBytes, nodeCount, edgeCount, sha256 } = await run({ signal }, (control) =>
      addon.archiveSnapshot(file, target, packing, control),
    );
    return { event: 'stored', path: target, rawBytes, storedBytes, nodeCount, edgeCount, sha256 };
  } catch (cause) {
    const error = /** @type {import('../..').HeaphoundError} */ (cause);
    // A process that was killed between the two steps has stored the file and not removed it.
    if (error.code === 'HEAPHOUND_ERR_EXISTS' && (await isSame(file, target, { packing, signal }))) {
      return { event: 'stored', path: target, rawBytes: size, storedBytes: fs.statSync(target).size, already: true };
    }
    const event = error.code === 'HEAPHOUND_ERR_CAPTURE' ? 'incomplete' : 'failed';
    return { event, code: error.code, message: error.message };
  }
}

/**
 * True when the packed file holds the snapshot of the original: it has as many bytes or, when contents were replaced,
 * as many objects.
 *
 * @param {string} file
 * @param {string} target
 * @param {{ packing: { key?: Uint8Array }, signal?: AbortSignal }} options
 */
async function isSame(file, target, { packing, signal }) {
  const check = (/** @type {string} */ name) => run({ signal }, (control) => addon.checkSnapshot(name, control));
  try {
    const [original, packed] = [await check(file), await check(target)];
    /** @type {Array<'nodeCount' | 'edgeCount' | 'rawBytes'>} */
    const members = packing.key ? ['nodeCount', 'edgeCount'] : ['nodeCount', 'edgeCount', 'rawBytes'];
    return members.every((member) => original[member] === packed[member]);
  } catch {
    return false;
  }
}

/** @param {string} directory */
function checkDirectory(directory) {
  try {
    fs.opendirSync(directory).closeSync();
  } catch (cause) {
    const message = `cannot read the directory ${directory}: ${/** @type {Error} */ (cause).message}`;
    throw toError({ code: 'HEAPHOUND_ERR_IO', message }, new Error('at'));
  }
}

/** @param {string} file */
function stateOf(file) {
  const facts = fs.lstatSync(file, { throwIfNoEntry: false });
  return facts === undefined ? '' : `${facts.ino} ${facts.size} ${facts.mtimeMs}`;
}

/** @param {string} file */
function makePrivate(file) {
  try {
    fs.chmodSync(file, 0o600);
  } catch {
    // It belongs to another user.
  }
}

/** @param {string} file */
function remove(file) {
  try {
    fs.unlinkSync(file);
    return true;
  } catch {
    return false;
  }
}

/**
 * Wakes its caller when the directory changes, at regular times, and when the signal fires.
 *
 * @param {string} directory
 * @param {AbortSignal} [signal]
 */
function ring(directory, signal) {
  let wake = () => {};
  const rung = () => wake();
  /** @type {fs.FSWatcher | undefined} */
  let watcher;
  try {
    watcher = fs.watch(directory, rung);
    watcher.on('error', () => {});
  } catch {
    // The regular times suffice.
  }
  const forget = onAbort(signal, rung);
  return {
    next: () =>
      new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
        const timer = setTimeout(() => wake(), LOOK_EVERY_MS);
        wake = () => {
          clearTimeout(timer);
          wake = () => {};
          resolve();
        };
        if (signal?.aborted) wake();
      }),
    stop: () => {
      watcher?.close();
      wake();
      forget();
    },
  };
}

module.exports = { collectSnapshots };
