'use strict';

// A capture in a forked child. Between `fork` and `endChild` two processes run this file: keep what the child
// does as it is.

const v8 = require('node:v8');
const { addon, run } = require('../native');
const { toError } = require('../errors');
const { writeByPath } = require('./heap-writer');
const { lineEndFinder } = require('./line-ends');
const { areIdsKept } = require('./object-ids');

/** @import * as Addon from '../native/addon' */

/** Children that may fail because of the moment at which they were made. */
const MAX_TRIES = 5;
/** Moments that may turn out not to be quiet, for each child, unless the caller has more patience. */
const MAX_WAITS = 4;
/** How long a child may do nothing, in milliseconds. */
const STALLED_MS = 10_000;

/**
 * @typedef {object} ForkOptions
 * @property {string | Addon.Outlet | Addon.Feed} target
 * @property {string} compression
 * @property {import('./heap-writer').HeapOptions} heap
 * @property {AbortSignal} [signal]
 * @property {number} [allowanceBytes] by which the child may grow
 * @property {number} [maxBytes] of the file
 * @property {Uint8Array} [key] for redaction
 * @property {import('./fork-ids').ForkIds} [ids] for ids that go on from the last capture
 * @property {number} [stalledMs]
 * @property {string} [image] what an image says of the process, as JSON: the child writes its memory, and V8 nothing
 * @property {import('../disk/encryption').Seal} [seal] of the image
 * @property {boolean} [selfContained] the text of the program is in the image
 * @property {number} [maxWaits]
 */

/**
 * Why this process cannot be forked, if so.
 *
 * @returns {string | undefined}
 */
function whyNoFork() {
  const { bun, deno, electron } = /** @type {NodeJS.ProcessVersions} */ (process.versions);
  if (bun || deno || electron) return 'only Node.js itself is known well enough to be forked';
  if (process.permission !== undefined) return "a forked child cannot write under Node's permission model";
  return addon.cannotFork() ?? undefined;
}

/**
 * The caller holds the lock of captures. Bytes in an outlet or a feed cannot be taken back: a child that fails after
 * its first byte is not replaced.
 *
 * @param {ForkOptions} options
 * @returns {Promise<{ file: Addon.CapturedFile, pauseMs: number, tries: number, isQuiet: boolean } | { refused: string }>}
 */
async function captureByFork(options) {
  const { target, compression, heap, signal, allowanceBytes, maxBytes, key, ids, image, seal, selfContained } = options;
  const { stalledMs = STALLED_MS, maxWaits = MAX_WAITS } = options;
  /** @type {ToItsEnd} */
  const toItsEnd = (work) => run({ signal, toTheEnd: true }, work);
  const request = { compression, allowance: allowanceBytes, maxBytes, key, ids, image, seal, selfContained };
  const fork = await toItsEnd((control) => addon.prepareFork(target, request, control));
  let pauseMs = 0;
  let why = '';
  let isCareful = false;
  try {
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const forked = await forkAtQuietMoment(fork, heap, toItsEnd, { isCareful, maxWaits });
      if (typeof forked === 'string') return { refused: forked };
      pauseMs = Math.max(pauseMs, forked.pauseMs);
      const end = await toItsEnd((control) => fork.wait(stalledMs, control));
      if (end.file) return { file: end.file, pauseMs, tries, isQuiet: forked.isQuiet };
      why = end.again ?? '';
      isCareful = end.isStuck;
    }
  } finally {
    fork.close();
  }
  throw toError({
    code: 'HEAPHOUND_ERR_CAPTURE',
    message: `no snapshot was taken: ${MAX_TRIES} forked children failed, the last one because ${why}`,
  });
}

/**
 * Runs native work, and waits for its end when the signal fires.
 *
 * @typedef {<T>(work: (control: Addon.Control) => Promise<T>) => Promise<Exclude<T, Addon.Failure>>} ToItsEnd
 */

/**
 * @param {Addon.Fork} fork
 * @param {import('./heap-writer').HeapOptions} heap
 * @param {ToItsEnd} toItsEnd
 * @param {{ isCareful: boolean, maxWaits: number }} how `isCareful`: the child before got stuck
 * @returns {Promise<{ pauseMs: number, isQuiet: boolean } | string>} how long this thread stood still, or why the
 *   system makes no child
 */
async function forkAtQuietMoment(fork, heap, toItsEnd, { isCareful, maxWaits }) {
  // V8 forgets ids with it, and the stacks of tracked allocations are theirs.
  const findLineEnds = areIdsKept() ? () => {} : lineEndFinder();
  for (let waits = 1; ; waits += 1) {
    await toItsEnd((control) => fork.settleDown(control));
    const start = performance.now();
    const forked = fork.fork(waits < maxWaits, isCareful);
    if (typeof forked === 'number' && forked > 0) runAsChild(fork, forked, heap, findLineEnds);
    if (forked === 0) return { pauseMs: performance.now() - start, isQuiet: waits < maxWaits };
    if (typeof forked === 'string') return forked;
    if (forked instanceof addon.Failure) throw toError(forked, new Error('at'));
  }
}

/**
 * All that runs of JavaScript in the child. It does not return.
 *
 * @param {Addon.Fork} fork
 * @param {number} fd
 * @param {import('./heap-writer').HeapOptions} heap
 * @param {() => void} findLineEnds
 */
function runAsChild(fork, fd, heap, findLineEnds) {
  let thrown;
  try {
    // Objects stay where they are: they are known by their address.
    v8.setFlagsFromString('--no-compact');
  } catch {
    // Then those that V8 moves may look like new ones.
  }
  findLineEnds();
  try {
    writeByPath(fd, heap);
  } catch (cause) {
    thrown = cause instanceof Error ? cause.message : 'unknown';
  }
  fork.endChild(thrown);
}

module.exports = { captureByFork, whyNoFork };
