'use strict';

// The snapshots of a comparison: opened, checked to be of one program, and sorted by the time at which they were taken.
// Every comparison begins here.

const path = require('node:path');
const { addon } = require('../native');
const { read } = require('../native/document');
const { optionError, sameError, unrelatedError } = require('../errors');
const { withoutFolders } = require('../open/folder');
const { oneOf } = require('../options');
const { Snapshot, inside, parse } = require('../open/snapshot');
const { oneMoment, takenOrder } = require('./taken-order');

/** A process that takes its own snapshots has functions of these files. */
const CAPTURES = ['lib', 'index.js', 'counts', 'test', 'http', 'fastify', 'cli'].map((name) =>
  path.join(__dirname, '..', '..', name),
);

/** Options of every comparison. */
const SEQUENCE = { order: oneOf(['auto', 'given']), allow: someOf(['same', 'unrelated']) };

/**
 * @typedef {object} Sequence
 * @property {Snapshot[]} snapshots oldest first
 * @property {import('../..').SnapshotOrder} order
 * @property {import('../..').Comparison} comparison by ids if they allow it
 * @property {(position: number) => Promise<Snapshot>} analysed the snapshot at this position, opened for all questions
 * @property {() => Promise<void>} close closes the snapshots that were opened here
 */

/** @typedef {import('../..').Source} Source */

/**
 * @typedef {object} Relation the addon's answer about several snapshots
 * @property {number[] | null} byIds positions, oldest first, when ids show the order
 * @property {[number, number] | null} same positions of two with the same nodes
 * @property {{ first: number, second: number, reason: string } | null} unrelated positions of two snapshots of
 *   different programs
 * @property {import('../..').Comparison} comparison
 */

/**
 * @param {import('../..').SnapshotOrSource[]} given
 * @param {import('../..').OpenOptions} opening options of `openSnapshot`, checked
 * @param {{ order?: 'auto' | 'given', allow?: string[], known?: (import('../open/provenance').Provenance & { host?:
 *   string })[], isPair?: boolean }} options `known`: for each source, the facts from its store; `isPair`: two are
 *   compared, or the oldest and newest of one directory
 * @returns {Promise<Sequence>}
 */
async function openSequence(given, opening, { order: wanted = 'auto', allow = [], known = [], isPair = false }) {
  const sources = withoutFolders(given);
  if (sources.length < 2) throw optionError('snapshots', whyTooFew(given, sources));
  if (isPair && given.length > 1 && sources.length > 2) {
    throw optionError('snapshots', 'must be two, or one directory: of that the oldest and the newest are compared');
  }
  /** @type {Snapshot[]} */
  const opened = [];
  const close = async () => {
    await Promise.all(opened.filter((snapshot, at) => snapshot !== sources[at]).map((snapshot) => snapshot.close()));
  };
  try {
    for (const [at, source] of sources.entries()) {
      const snapshot =
        source instanceof Snapshot ? source : await parse(/** @type {Source} */ (source), opening, at, opened);
      opened.push(snapshot);
      if (known[at] && snapshot !== source) inside.know(snapshot, withoutHost(known[at]));
    }
    const infos = opened.map(({ info }) => info);
    const question = JSON.stringify({ idSpaces: infos.map(({ idSpace }) => idSpace ?? null), captures: CAPTURES });
    const work = { signal: opening.signal, onProgress: opening.onProgress, snapshot: opened.length - 1 };
    const pages = await inside.job(opened, work, (heaps, control) => addon.relate(heaps, question, control));
    /** @type {Relation} */
    const { byIds, same: equal, unrelated, comparison } = await read(pages);
    const same = equal ?? oneMoment(infos);
    if (same !== null && !allow.includes('same')) throw sameError(namesOf(infos, same), equal === null);
    const why = allow.includes('unrelated') || byIds !== null ? undefined : whyUnrelated(infos, unrelated, known);
    if (why !== undefined) throw unrelatedError(namesOf(infos, why.positions), why.reason);
    const taken = wanted === 'given' ? asGiven(takenOrder(infos, byIds)) : takenOrder(infos, byIds);
    const order = same === null ? taken : { ...taken, same: samePositions(taken.given, same) };
    const snapshots = order.given.map((at) => opened[at]);
    const analysed = async (/** @type {number} */ at) => {
      const snapshot = snapshots[at];
      if (!inside.isAnalysed(snapshot)) await inside.analyse(snapshot, { ...work, snapshot: order.given[at] });
      return snapshot;
    };
    return { snapshots, order, comparison, analysed, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * @param {number[]} given positions in the call, oldest first
 * @param {[number, number]} same positions in the call
 * @returns {[number, number]} positions in the order of the snapshots
 */
function samePositions(given, [first, second]) {
  const at = [given.indexOf(first), given.indexOf(second)];
  return [Math.min(...at), Math.max(...at)];
}

/** @param {import('../open/provenance').Provenance & { host?: string }} known */
function withoutHost({ host: _, ...known }) {
  return known;
}

/**
 * In the wrong order growth looks like shrinking, and no leak is found. So the reason says that another order is known.
 *
 * @param {import('../..').SnapshotOrder} taken
 * @returns {import('../..').SnapshotOrder}
 */
function asGiven({ given, known, sorted, by, reason }) {
  const order = { sorted: false, by: /** @type {const} */ ('given'), known: true, given: given.map((_, at) => at) };
  if (!known || !sorted) return { ...order, reason: "order is 'given'" };
  return { ...order, contradictedBy: by, reason: `order is 'given', and another is known: ${reason}` };
}

/**
 * @param {unknown[]} given
 * @param {unknown[]} sources
 */
function whyTooFew(given, sources) {
  if (sources.length === 1 && given[0] !== sources[0]) {
    return `${given[0]} has one snapshot, ${path.basename(String(sources[0]))}, and growth needs two or more`;
  }
  return `growth needs two or more, and there ${sources.length === 1 ? 'is one' : 'are none'}`;
}

/**
 * @param {import('../..').ReadInfo[]} infos
 * @param {{ first: number, second: number, reason: string } | null} unrelated by their contents
 * @param {{ host?: string }[]} known
 * @returns {{ positions: number[], reason: string } | undefined}
 */
function whyUnrelated(infos, unrelated, known) {
  if (unrelated !== null) return { positions: [unrelated.first, unrelated.second], reason: unrelated.reason };
  const processes = infos.flatMap(({ pid, threadId = 0 }, position) => {
    if (pid === undefined) return [];
    const process = `${known[position]?.host ?? ''} process ${pid}`.trim();
    return [{ position, process, threadId, name: threadId === 0 ? process : `${process}, worker ${threadId}` }];
  });
  const names = new Set(processes.map(({ name }) => name));
  // Each replica is a process of its own, so either all snapshots are of one process, or each is of another. Several of
  // one process among those of others are a mixture. So is a worker's beside its main thread's: a worker is no replica.
  const hasBoth = processes.some(({ process, threadId }) => {
    return threadId === 0 && processes.some((other) => other.process === process && other.threadId !== 0);
  });
  if (names.size < 2 || (names.size === processes.length && !hasBoth)) return undefined;
  const reason = `they are of ${[...names].join(' and of ')}: growth within one is not seen across`;
  return { positions: processes.map(({ position }) => position), reason };
}

/**
 * @param {import('../..').ReadInfo[]} infos
 * @param {number[]} positions
 */
function namesOf(infos, positions) {
  return positions.map((at) => infos[at].file ?? `snapshot ${at + 1}`);
}

/** @template {string} K @param {K[]} known @returns {import('../options').Check<K[]>} */
function someOf(known) {
  return (name, value) => {
    const isFine = Array.isArray(value) && value.every((item) => known.includes(item));
    if (!isFine) throw optionError(name, `must be an array of ${known.join(', ')}`);
    return value;
  };
}

module.exports = { SEQUENCE, openSequence };
