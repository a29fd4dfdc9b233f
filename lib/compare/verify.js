'use strict';

// Is a leak gone? The leaks of a series before the fix, and of one after it.

const { ALL_ROWS } = require('../../checks/limits');
const { optionError } = require('../errors');
const { withoutFolders } = require('../open/folder');
const { Snapshot, openSnapshot } = require('../open/snapshot');
const { OPEN, checkOptions, operations } = require('../options');
const { findLeaks } = require('./leaks');
const { compareRates, matchLeaks, rateOf } = require('./matched-leaks');
const { showsWork } = require('./same-work');
const { openSequence } = require('./sequence');
const { growthLeft, whyUnsure } = require('./unsure-series');

/** @typedef {import('../..').VerifyOptions} VerifyOptions */
/** @typedef {import('../..').LeakDocument} LeakDocument */
/** @typedef {import('../..').SnapshotOrSource} SnapshotOrSource */

/**
 * @param {{ before: SnapshotOrSource[], after: SnapshotOrSource[] }} series
 * @param {VerifyOptions} [options]
 * @returns {Promise<import('../..').VerifyDocument>}
 */
async function verifyFix(series, options = {}) {
  const { before: first, after: second } = checkSeries(series);
  const { limit, operations: given, ...rest } = checkObject(options);
  if (limit !== undefined) throw optionError('limit', 'is no option here: every leak of both series is looked at');
  const work = operationsOf(given);
  const opening = checkOptions(pick(rest, Object.keys(OPEN)), OPEN);
  /** @type {Snapshot[]} */
  const opened = [];
  const sources = [...first, ...second];
  try {
    // A stream can be read once, and the last snapshots are asked again. A search empties what was only parsed.
    for (const [at, source] of sources.entries()) {
      if (isStream(source)) {
        const snapshot = /** @type {Snapshot} */ (await openSnapshot(source, opening));
        opened.push(snapshot);
        sources[at] = snapshot;
      }
    }
    const [before, after] = [sources.slice(0, first.length), sources.slice(first.length)];
    const search = (/** @type {SnapshotOrSource[]} */ snapshots, /** @type {number[] | undefined} */ done, from = 0) =>
      findLeaks(snapshots, { ...rest, limit: ALL_ROWS, operations: done, onProgress: shifted(rest.onProgress, from) });
    const documents = {
      before: await search(before, work.before),
      after: await search(after, work.after, before.length),
    };
    const ends = [lastOf(before, documents.before), lastOf(after, documents.after)];
    return await judge(documents, ends, { opening: { ...opening, onProgress: undefined }, allow: rest.allow, work });
  } finally {
    await Promise.all(opened.map((snapshot) => snapshot.close()));
  }
}

/**
 * @param {{ before: LeakDocument, after: LeakDocument }} documents
 * @param {SnapshotOrSource[]} ends the last snapshot of each series
 * @param {{ opening: import('../..').OpenOptions, allow: VerifyOptions['allow'], work: { before?: number[], after?:
 *   number[] } }} options
 * @returns {Promise<import('../..').VerifyDocument>}
 */
async function judge({ before, after }, ends, { opening, allow, work }) {
  const { matches, rest } = matchLeaks(before.leaks, after.leaks);
  /** @type {Set<string>} */
  const doubts = new Set();
  if (before.leaks.length === 0) doubts.add('The first series has no leak: there is nothing to verify');
  if (before.snapshots.length < 3 && before.leaks.length > 0)
    doubts.add('The first series has two snapshots: its leaks may be caches that were filling up');
  const unsure = whyUnsure(after, before, work);
  if (matches.some((match) => match.after.length === 0)) unsure.forEach((text) => doubts.add(text));
  // Programs that differ are refused here, like snapshots of one series that do.
  const sequence = await openSequence(ends, opening, { order: 'given', allow });
  try {
    /** @type {import('../..').VerifiedLeak[]} */
    const leaks = [];
    for (const match of matches) {
      const [leak] = match.before;
      const facts = { fingerprint: match.fingerprint, before: leak, rate: rateOf(match, work) };
      if (match.after.length > 0) {
        leaks.push({
          state: match.isMoved ? 'moved' : compareRates(facts.rate),
          ...facts,
          after: match.after[0],
        });
        continue;
      }
      const reasons = [...unsure, ...growthLeft(leak, after)];
      if (reasons.length === 0) {
        const last = { before: await sequence.analysed(0), after: await sequence.analysed(1) };
        const { isShown, doubt } = await showsWork(leak, last, { signal: opening.signal });
        if (doubt !== undefined) doubts.add(sentenceOf(doubt));
        if (!isShown && doubt !== undefined) reasons.push(doubt);
      }
      reasons.forEach((text) => doubts.add(sentenceOf(text)));
      leaks.push({
        state: reasons.length > 0 ? 'unknown' : 'gone',
        ...facts,
        ...(reasons.length > 0 && { because: reasons.join('; ') }),
      });
    }
    return { verdict: verdictOf(leaks, rest), leaks, new: rest, before, after, doubts: [...doubts] };
  } finally {
    await sequence.close();
  }
}

/**
 * @param {import('../..').VerifiedLeak[]} leaks
 * @param {import('../..').Leak[]} others
 */
function verdictOf(leaks, others) {
  if (others.length > 0 || leaks.some(({ state }) => state !== 'gone' && state !== 'unknown')) return 'left';
  return leaks.length === 0 || leaks.some(({ state }) => state === 'unknown') ? 'unknown' : 'gone';
}

/** @param {string} text */
function sentenceOf(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {unknown} series */
function checkSeries(series) {
  if (series === null || typeof series !== 'object') throw optionError('series', 'must be { before: […], after: […] }');
  const { before, after } = /** @type {{ before?: unknown, after?: unknown }} */ (series);
  return { before: checkOne('before', before), after: checkOne('after', after) };
}

/**
 * @param {string} name
 * @param {unknown} given
 * @returns {SnapshotOrSource[]}
 */
function checkOne(name, given) {
  if (!Array.isArray(given)) throw optionError(name, 'must be an array of two snapshots or more');
  const snapshots = /** @type {SnapshotOrSource[]} */ (withoutFolders(given));
  if (snapshots.length < 2)
    throw optionError(
      name,
      `needs two snapshots or more, better three; there ${snapshots.length === 1 ? 'is one' : 'are none'}`,
    );
  return snapshots;
}

/** @param {VerifyOptions} options */
function checkObject(options) {
  if (options === null || typeof options !== 'object') throw optionError('options', 'must be an object');
  return /** @type {VerifyOptions & { limit?: number }} */ (options);
}

/**
 * Of both series; the fix may have been measured with more work.
 *
 * @param {VerifyOptions['operations']} given
 * @returns {{ before?: number[], after?: number[] }}
 */
function operationsOf(given) {
  if (given === undefined) return {};
  const both = typeof given === 'object' && !Array.isArray(given) ? given : { before: given, after: given };
  return { before: operations('operations', both.before), after: operations('operations', both.after) };
}

/** @param {Record<string, unknown>} options @param {string[]} names */
function pick(options, names) {
  return Object.fromEntries(names.filter((name) => name in options).map((name) => [name, options[name]]));
}

/** @param {unknown} source @returns {source is import('node:stream').Readable} */
function isStream(source) {
  return (
    !(source instanceof Snapshot) &&
    typeof (/** @type {{ pipe?: unknown } | undefined} */ (source)?.pipe) === 'function'
  );
}

/**
 * @param {SnapshotOrSource[]} sources
 * @param {LeakDocument} document
 */
function lastOf(sources, { order }) {
  return sources[order.given[order.given.length - 1]];
}

/**
 * The position of the second series goes on where the first one ends.
 *
 * @param {VerifyOptions['onProgress']} onProgress
 * @param {number} from
 * @returns {VerifyOptions['onProgress']}
 */
function shifted(onProgress, from) {
  if (typeof onProgress !== 'function') return onProgress;
  return (progress) => onProgress({ ...progress, snapshot: progress.snapshot + from });
}

module.exports = { verifyFix };
