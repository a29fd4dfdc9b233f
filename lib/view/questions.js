'use strict';

// What each view asks of one snapshot. Lists that the engine gives as a whole are asked for once, and paged here.

const { inside } = require('../open/snapshot');
const { historyOf } = require('./history');
const { MOST_ROWS, pageOf, sorted } = require('./page-of-rows');

/** Objects that one keeps alive, on its page. */
const MOST_DOMINATED = 50;
/** Rows of the lists on an object's page; its tabs have the others. */
const NODE_ROWS = 100;
const MOST_BOXES = 2000;
/** Groups of equal strings that are kept: with their texts they take some 100 MB at most. */
const MOST_GROUPS = 50_000;

/** @typedef {import('./session').Session} Session */
/**
 * A request whose query was checked by its schema.
 *
 * @template Query
 * @typedef {{ session: Session, position: number, id: number, query: Query, signal: AbortSignal }} Asked
 */
/** @typedef {import('./page-of-rows').Wanted} Wanted */
/** @typedef {Pick<Wanted, 'offset' | 'limit'> & { ignored?: string }} Ignoring */

/** @param {Asked<Wanted & { filter?: import('../..').Filter }>} asked */
async function classes({ query, ...asked }) {
  const { filter } = query;
  const { classes: all } = await list(asked, `classes ${filter}`, (snapshot, work) =>
    snapshot.summary({ ...work, filter }),
  );
  // The nearest to the roots come first.
  const direction = query.direction ?? (query.sort === 'distance' ? 'asc' : undefined);
  const wanted = { ...withDefaults(query, 'retainedSize'), direction };
  const found = sorted(all, wanted, (row) => [row.name, row.location?.file ?? '']);
  return {
    total: found.length,
    totalSize: snapshotOf(asked).info.totalSize,
    rows: pageOf(found, query),
  };
}

/** @param {Asked<import('../..').QueryOptions>} asked */
async function objects({ query, ...asked }) {
  const { limit = MOST_ROWS, ...conditions } = query;
  // The list of classes does not count nodes of size 0, as DevTools does not.
  const minShallowSize = conditions.minShallowSize ?? (conditions.key === undefined ? undefined : 1);
  return direct(asked, (snapshot, work) => inside.query(snapshot, { ...conditions, minShallowSize, limit, ...work }));
}

/** @param {Asked<{}>} asked */
async function object({ id, ...asked }) {
  const node = await direct(asked, (snapshot, work) => snapshot.node(id, { limit: NODE_ROWS, ...work }));
  const dominated = await direct(asked, (snapshot, work) =>
    snapshot.dominators({ id, limit: MOST_DOMINATED, ...work }),
  );
  const history = await historyOf(asked.session, asked.position, { id, kind: node.kind }, asked.signal);
  return { ...node, dominated, history };
}

/** @param {Asked<import('../..').EdgeOptions>} asked */
async function edges({ id, query, ...asked }) {
  const { limit = MOST_ROWS } = query;
  return direct(asked, (snapshot, work) => inside.edges(snapshot, id, { ...query, limit, ...work }));
}

/** @param {Asked<Ignoring>} asked */
async function retainers({ id, query, ...asked }) {
  const { limit = MOST_ROWS, offset } = query;
  const ignored = idsOf(query.ignored);
  return direct(asked, (snapshot, work) => inside.retainers(snapshot, id, { offset, limit, ignored, ...work }));
}

/** @param {Asked<Ignoring>} asked */
async function path({ id, query, ...asked }) {
  const ignored = idsOf(query.ignored);
  const rows = await direct(asked, (snapshot, work) => snapshot.retainingPath(id, { ignored, ...work }));
  return { total: rows.length, rows };
}

/** @param {Asked<import('../..').BoxOptions>} asked */
async function boxes({ query, ...asked }) {
  const { by, id, path: keys, limit = MOST_BOXES } = query;
  return direct(asked, (snapshot, work) => snapshot.dominatorBoxes({ by, id, path: keys, limit, ...work }));
}

/** @param {Asked<Wanted>} asked */
async function strings({ query, ...asked }) {
  const all = await list(asked, 'strings', (snapshot, work) =>
    inside.duplicateStrings(snapshot, { ...work, limit: MOST_GROUPS }),
  );
  const found = sorted(all.rows, withDefaults(query, 'wastedSize'), (row) => [row.value]);
  return {
    total: found.length,
    wastedSize: found.reduce((sum, row) => sum + row.wastedSize, 0),
    // The engine gives those first that retain most: no sum and no search knows the others.
    leftOut: all.total - all.rows.length,
    rows: pageOf(found, query),
  };
}

/** @param {Asked<{}>} asked */
async function statistics(asked) {
  return list(asked, 'statistics', (snapshot, work) => snapshot.statistics(work));
}

/** @param {Asked<{}>} asked */
async function contexts(asked) {
  const { realms, ...sums } = await list(asked, 'contexts', (snapshot, work) => snapshot.contexts(work));
  return { ...sums, total: realms.length, realms: realms.slice(0, MOST_ROWS) };
}

/** @param {Asked<Wanted>} asked */
async function allocations({ query, ...asked }) {
  const { functions, samples } = await list(asked, 'allocations', (snapshot, work) => snapshot.allocations(work));
  const found = sorted(functions, withDefaults(query, 'liveSize'), (row) => [row.name, row.file]);
  return { total: found.length, functions: pageOf(found, query), samples: fewer(samples) };
}

/** @param {Asked<Wanted & { by?: 'package' | 'file' }>} asked */
async function owners({ query, ...asked }) {
  const { by = 'package' } = query;
  const { owners: all, rest } = await list(asked, `owners ${by}`, (snapshot, work) => snapshot.owners({ ...work, by }));
  const found = sorted(all, withDefaults(query, 'shallowSize'), (row) => [row.name]);
  const shown = new Set(pageOf(found, query));
  return {
    by,
    total: found.length,
    totalSize: snapshotOf(asked).info.totalSize,
    owners: pageOf(found, query),
    more: sumOf(found.filter((row) => !shown.has(row))),
    rest,
  };
}

/** @param {import('../..').OwnerSummary[]} owners that are not on the page */
function sumOf(owners) {
  const sum = (/** @type {'count' | 'shallowSize'} */ field) => owners.reduce((total, row) => total + row[field], 0);
  return { owners: owners.length, count: sum('count'), shallowSize: sum('shallowSize') };
}

/**
 * Intervals beside each other become one, until they can be drawn.
 *
 * @param {import('../..').AllocationInterval[]} samples
 */
function fewer(samples) {
  const each = Math.ceil(samples.length / MOST_ROWS);
  if (each < 2) return samples;
  return samples.flatMap((sample, at) => {
    const isLast = (at + 1) % each === 0 || at === samples.length - 1;
    if (!isLast) return [];
    const group = samples.slice(at - (at % each), at + 1);
    return [{ ...sample, size: group.reduce((sum, { size }) => sum + size, 0) }];
  });
}

/** @param {Pick<Asked<unknown>, 'session' | 'position'>} asked */
function snapshotOf({ session, position }) {
  return /** @type {import('../open/snapshot').Snapshot} */ (session.at(position).snapshot);
}

/**
 * @template T
 * @param {Pick<Asked<unknown>, 'session' | 'position' | 'signal'>} asked
 * @param {(snapshot: import('../open/snapshot').Snapshot, work: { signal: AbortSignal }) => Promise<T>} ask
 * @returns {Promise<T>}
 */
async function direct({ signal, ...asked }, ask) {
  const snapshot = snapshotOf(asked);
  return asked.session.turns.take(signal, () => ask(snapshot, { signal }));
}

/**
 * The answer is kept with the file.
 *
 * @template T
 * @param {Pick<Asked<unknown>, 'session' | 'position' | 'signal'>} asked
 * @param {string} key
 * @param {(snapshot: import('../open/snapshot').Snapshot, work: { signal: AbortSignal }) => Promise<T>} ask
 * @returns {Promise<T>}
 */
async function list({ session, position, signal }, key, ask) {
  const { file } = session.at(position);
  return file.lists.get(key, signal, (shared) => direct({ session, position, signal: shared }, ask));
}

/**
 * @param {import('./page-of-rows').Wanted} query
 * @param {string} sort
 */
function withDefaults(query, sort) {
  return { ...query, sort: query.sort ?? sort };
}

/** @param {string | undefined} text ids with commas between them */
function idsOf(text) {
  return text === undefined || text === '' ? undefined : text.split(',').map(Number);
}

module.exports = {
  allocations,
  boxes,
  classes,
  contexts,
  edges,
  object,
  objects,
  owners,
  path,
  retainers,
  statistics,
  strings,
};
