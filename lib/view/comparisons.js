'use strict';

// What changed between two of the snapshots, and how each class went over all of them.

const { diffSnapshots } = require('../compare/diff');
const { diffOwners } = require('../compare/owners');
const { optionError } = require('../errors');
const { pageOf, sorted } = require('./page-of-rows');

/** Ids of each class that the page can open. */
const IDS = 20;

/** @typedef {import('./session').Session} Session */
/**
 * @typedef {import('./page-of-rows').Wanted & { before: number, after: number, by?: 'class' | 'package' | 'file' }} Pair
 *   positions of two snapshots
 */

/**
 * @param {{ session: Session, query: Pair, signal: AbortSignal }} asked
 */
async function compare({ session, query, signal }) {
  const { before, after, by = 'class' } = query;
  if (before === after) throw optionError('after', 'must be another snapshot than before');
  const pair = [session.at(before).snapshot, session.at(after).snapshot];
  const { allow, compareBy } = session.comparing;
  const key = `${before} ${after} ${by}`;
  if (by !== 'class') {
    const document = await session.comparisons.get(key, signal, (shared) =>
      session.turns.take(shared, () => diffOwners(pair[0], pair[1], { by, order: 'given', allow, signal: shared })),
    );
    const { owners, rest, order } = document;
    const found = sorted(owners, { ...query, sort: query.sort ?? 'sizeDelta' }, (row) => [row.name]);
    const about = { ids: false, reason: 'owners are matched by name, not object by object', order };
    return { ...about, total: found.length, rows: pageOf(found, query), rest, before, after };
  }
  const document = await session.comparisons.get(key, signal, (shared) =>
    session.turns.take(shared, () =>
      diffSnapshots(pair[0], pair[1], { order: 'given', allow, compareBy, ids: IDS, signal: shared }),
    ),
  );
  const { classes, resized, comparison, order } = document;
  const found = sorted([...classes, ...resized], { ...query, sort: query.sort ?? 'sizeDelta' }, (row) => [row.name]);
  return { ...comparison, order, total: found.length, rows: pageOf(found, query), before, after };
}

/**
 * @param {{ session: Session, query: import('./page-of-rows').Wanted, signal: AbortSignal }} asked
 */
async function compareAll({ session, query, signal }) {
  const ready = session.ready();
  // The order of the columns is that of the snapshots.
  ready.forEach(({ position }) => session.at(position));
  const rows = await session.comparisons.get('all', signal, async (shared) => {
    const summaries = [];
    for (const { snapshot } of ready)
      summaries.push(await session.turns.take(shared, () => snapshot.summary({ signal: shared })));
    return joined(summaries.map(({ classes }) => classes));
  });
  const found = sorted(rows, { ...query, sort: query.sort ?? 'growth' }, (row) => [row.name]);
  return { snapshots: ready.map(({ position }) => position), total: found.length, rows: pageOf(found, query) };
}

/**
 * @typedef {object} ClassSeries
 * @property {string} key
 * @property {string} name
 * @property {number[]} counts of each snapshot
 * @property {number[]} sizes shallow bytes of each snapshot
 * @property {number} countGrowth from the first to the last
 * @property {number} growth shallow bytes, from the first to the last
 * @property {number} retainedSize in the last
 * @property {import('../..').SourceLocation} [location]
 */

/**
 * @param {import('../..').ClassSummary[][]} lists
 * @returns {ClassSeries[]}
 */
function joined(lists) {
  const zeros = () => lists.map(() => 0);
  /** @type {Map<string, ClassSeries>} */
  const rows = new Map();
  for (const [at, classes] of lists.entries()) {
    for (const { key, name, count, shallowSize, retainedSize, location } of classes) {
      const sums = { countGrowth: 0, growth: 0, retainedSize: 0 };
      const row = rows.get(key) ?? { key, name, counts: zeros(), sizes: zeros(), ...sums };
      row.counts[at] = count;
      row.sizes[at] = shallowSize;
      if (location) row.location = location;
      if (at === lists.length - 1) row.retainedSize = retainedSize;
      rows.set(key, row);
    }
  }
  for (const row of rows.values()) {
    row.countGrowth = gained(row.counts);
    row.growth = gained(row.sizes);
  }
  return [...rows.values()];
}

/** @param {number[]} numbers */
function gained(numbers) {
  return numbers[numbers.length - 1] - numbers[0];
}

module.exports = { compare, compareAll };
