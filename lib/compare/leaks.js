'use strict';

const { ALL_ROWS } = require('../../checks/limits');
const { addon } = require('../native');
const { read } = require('../native/document');
const { optionError } = require('../errors');
const { ignoreLeaks, ignorePatterns } = require('./ignore');
const { outsideGrowth } = require('./outside-growth');
const { checkCatalogue, nameKnown, readCatalogue } = require('./known-leaks');
const { searchInTurn } = require('./in-turn');
const { SEQUENCE, openSequence } = require('./sequence');
const { nextSteps } = require('../../words/next-steps');
const { inside } = require('../open/snapshot');
const { addSourceLines, checkSources, folderOf } = require('../sources');
const { OPEN, checkOptions, compareBy, integer, limit, ofType, operations } = require('../options');
const { TOOLS } = require('../tools');

/** Default of the option `limit`. */
const MOST_LEAKS = 20;
/**
 * From this length on, an interval's length measures its work. Shorter intervals come from a script, whose times say
 * nothing about the work.
 */
const LONG_MS = 30_000;

/** @typedef {import('../open/provenance').Provenance} Taken facts about a snapshot that its bytes do not tell */
/**
 * @typedef {object} Found
 * @property {(import('../..').SnapshotInfo | import('../..').ReadInfo)[]} infos of the snapshots, oldest first
 * @property {import('../..').SnapshotOrder} order
 * @property {Omit<import('../..').LeakDocument, 'snapshots' | 'order' | 'verdict' | 'ignored' | 'outside'> & {
 *   newestInfo: string, leftOut: number }} document
 */

/** Lines of a source on each side of a place. */
const MOST_LINES = 50;

const LEAKS = {
  ...OPEN,
  ...SEQUENCE,
  limit,
  compareBy,
  operations,
  ignore: ignorePatterns,
  catalogue: checkCatalogue,
  sources: checkSources,
  sourceLines: integer(0, MOST_LINES),
  explain: ofType('string'),
};

/**
 * @param {import('../..').SnapshotOrSource[]} snapshots
 * @param {import('../..').LeakOptions} [options]
 * @returns {Promise<import('../..').LeakDocument>}
 */
function findLeaks(snapshots, options) {
  return find(snapshots, options, { shortestMs: LONG_MS });
}

/**
 * The same for a process that works all the time: there even the length of a short interval measures its work.
 *
 * @param {import('../..').SnapshotOrSource[]} snapshots
 * @param {import('../..').LeakOptions} [options]
 * @param {import('../open/provenance').Provenance[]} [known] of each snapshot, by whoever stores them
 */
function findLeaksAtWork(snapshots, options, known) {
  return find(snapshots, options, { shortestMs: 1, known });
}

/**
 * @param {import('../..').SnapshotOrSource[]} snapshots
 * @param {import('../..').LeakOptions | undefined} options
 * @param {{ shortestMs: number, known?: import('../open/provenance').Provenance[] }} about `shortestMs`: interval whose
 *   length says something
 * @returns {Promise<import('../..').LeakDocument>}
 */
async function find(snapshots, options, { shortestMs, known }) {
  if (!Array.isArray(snapshots)) throw optionError('snapshots', 'must be an array of two or more');
  const {
    limit,
    compareBy,
    operations,
    ignore,
    catalogue,
    sources,
    sourceLines: around = 0,
    explain,
    order: wanted,
    allow,
    ...opening
  } = checkOptions(options, LEAKS);
  const patterns = await readCatalogue(catalogue);
  const folder = folderOf(sources, opening.sourceMaps);
  const ask = (/** @type {Taken[]} */ taken) => ({
    // Ignored leaks must not push others beyond the limit.
    limit: ignore === undefined ? limit : ALL_ROWS,
    compareBy,
    operations,
    elapsedMs: elapsed(taken, shortestMs),
    tools: TOOLS,
    sourceLines: folder === undefined ? undefined : around,
    explain,
  });
  const isPlain = wanted !== 'given' && (compareBy ?? 'auto') === 'auto';
  const inTurn = isPlain ? await searchInTurn(snapshots, opening, known ?? [], ask) : undefined;
  const found = inTurn ?? (await searchTogether(snapshots, opening, { order: wanted, allow, known, operations }, ask));
  const { newestInfo, ...document } = found.document;
  const last = found.infos.length - 1;
  // The newest was analysed for the answer.
  /** @type {import('../..').SnapshotInfo} */
  const facts = JSON.parse(newestInfo);
  const infos = found.infos.map((info, at) => (at === last ? withFacts(info, facts) : info));
  const { leaks, ignored } = ignoreLeaks(document.leaks, ignore);
  const kept = leaks.slice(0, limit ?? MOST_LEAKS);
  const leftOut = document.leftOut + leaks.length - kept.length;
  await nameKnown(kept, patterns, {
    readManifests: opening.sourceMaps !== false,
    nodeVersion: document.nodeVersion,
  });
  if (folder !== undefined) await addSourceLines(kept, { folder, around, takenAt: infos[last].takenAt });
  const outside = outsideGrowth(infos);
  const isExplained = document.accounting.isExplained && outside?.isUnexplained !== true;
  /** @type {import('../..').LeakDocument} */
  const answer = {
    snapshots: infos,
    order: found.order,
    // One leak makes the verdict "leak". The verdict "none" needs an explanation for the rest of the growth.
    verdict: kept.length + leftOut > 0 ? 'leak' : isExplained ? 'none' : 'unknown',
    ...document,
    leaks: kept,
    leftOut,
    ignored: ignored.length,
    accounting: withIgnored(document.accounting, ignored),
    ...(outside && { outside }),
  };
  return { ...answer, next: nextSteps(answer) };
}

/**
 * The answer of the addon about snapshots that are opened all together.
 *
 * @param {import('../..').SnapshotOrSource[]} snapshots
 * @param {import('../..').OpenOptions} opening
 * @param {{ order?: 'auto' | 'given', allow?: string[], known?: import('../open/provenance').Provenance[],
 *   operations?: number[] }} options
 * @param {(taken: Taken[]) => object} ask gives the question about the snapshots, oldest first
 * @returns {Promise<Found>}
 */
async function searchTogether(snapshots, opening, { order: wanted, allow, known, operations }, ask) {
  const sequence = await openSequence(snapshots, opening, { order: wanted, allow, known });
  try {
    const { snapshots: sorted, order, comparison } = sequence;
    const last = sorted.length - 1;
    if (operations !== undefined && operations.length > 1 && operations.length !== last) {
      throw optionError('operations', `must be one number, or one for each of the ${last} intervals`);
    }
    const work = { signal: opening.signal, onProgress: opening.onProgress, snapshot: order.given[last] };
    const infos = sorted.map(({ info }) => info);
    const json = JSON.stringify({ ...ask(infos), comparison });
    const pages = await inside.job(sorted, work, (heaps, control) =>
      addon.findLeaks(heaps.slice(0, last), heaps[last], json, control),
    );
    return { infos, order, document: await read(pages) };
  } finally {
    await sequence.close();
  }
}

/**
 * What is known of a snapshot, with these facts in the place of older ones.
 *
 * @param {import('../..').SnapshotInfo | import('../..').ReadInfo} info
 * @param {import('../..').SnapshotInfo} facts
 */
function withFacts(info, facts) {
  const rest = Object.entries(info).filter(([name]) => !(name in facts));
  return Object.freeze(Object.assign(Object.fromEntries(rest), facts));
}

/**
 * Marks the lines of leaks that the user accepts.
 *
 * @param {import('../..').Accounting} accounting
 * @param {import('../..').Leak[]} ignored
 */
function withIgnored(accounting, ignored) {
  const known = new Set(ignored.map((leak) => leak.fingerprint));
  const lines = accounting.lines.map((line) =>
    line.fingerprint && known.has(line.fingerprint) ? { ...line, ignored: /** @type {const} */ (true) } : line,
  );
  return { ...accounting, lines };
}

/**
 * Milliseconds of each interval; empty when the times of the snapshots are not known, not in their order, or too near
 * to each other.
 *
 * @param {Taken[]} taken
 * @param {number} shortestMs
 */
function elapsed(taken, shortestMs) {
  const times = taken.map(({ takenAt }) => Date.parse(takenAt ?? ''));
  const intervals = times.slice(1).map((time, at) => time - times[at]);
  return intervals.every((interval) => interval >= shortestMs) ? intervals : [];
}

module.exports = { findLeaks, findLeaksAtWork };
