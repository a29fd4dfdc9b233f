'use strict';

// The API of the page says the same as the API of the package.

const assert = require('node:assert/strict');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { diffOwners, diffSnapshots, makeReport, openSnapshot, viewSnapshots } = require('..');
const { clientOf } = require('./helpers/viewer');

const FIXTURES = path.join(__dirname, 'fixtures');
const SERIES = [1, 2, 3].map((at) => path.join(FIXTURES, 'sequence', `sessions-${at}.heapsnapshot.gz`));
const TIMELINE = path.join(FIXTURES, 'golden', 'n26.heaptimeline.gz');

const plain = (value) => JSON.parse(JSON.stringify(value));
/** @type {import('..').Viewer[]} */
let viewers;
/** @type {ReturnType<typeof clientOf>} */
let series;
/** @type {ReturnType<typeof clientOf>} */
let one;
/** @type {import('..').Snapshot[]} */
let opened;
/** @type {import('..').Snapshot} */
let timeline;

before(async () => {
  // Not in the order in which they were taken.
  viewers = await Promise.all([viewSnapshots([SERIES[2], SERIES[0], SERIES[1]]), viewSnapshots([TIMELINE])]);
  [series, one] = viewers.map(({ url }) => clientOf(url));
  opened = await Promise.all(SERIES.map((file) => openSnapshot(file, { sourceMaps: true })));
  timeline = await openSnapshot(TIMELINE, { sourceMaps: true });
  await Promise.all([series.settled(), one.settled()]);
});
after(() => Promise.all([...viewers, ...opened, timeline].map((it) => it.close())));

test('the session has the files oldest first, and says why', async () => {
  const { files, order, answer } = await series.get('/api/session');
  assert.deepEqual(
    files.map(({ name }) => name),
    SERIES.map((file) => path.basename(file)),
  );
  assert.ok(files.every(({ state, info }) => state === 'ready' && info.nodeCount > 0));
  assert.deepEqual([order.known, order.given], [true, [1, 2, 0]]);
  assert.deepEqual(answer, { state: 'ready' });
});

test('the report is that of the package, without the parts that have views of their own', async () => {
  const of = (files) => makeReport(files, { parts: 'verdict', withStrings: true, sourceMaps: true, limit: 100 });
  assert.deepEqual(await series.get('/api/report'), plain(await of([SERIES[2], SERIES[0], SERIES[1]])));
  const { sort, entries } = await one.get('/api/report');
  assert.equal(sort, 'suspects');
  assert.deepEqual(entries, plain((await of([TIMELINE])).entries));
});

test('classes are those of summary, sorted, searched and paged', async () => {
  for (const sort of ['retainedSize', 'shallowSize', 'count', 'distance', 'name']) {
    const { classes } = await timeline.summary({ sort });
    const { total, totalSize, rows } = await one.get('/api/s/0/classes', { sort, offset: 5, limit: 10 });
    assert.deepEqual([total, totalSize], [classes.length, timeline.info.totalSize]);
    assert.deepEqual(rows, plain(classes.slice(5, 15)), sort);
  }
  const { classes } = await timeline.summary({ filter: 'duplicatedStrings' });
  const filtered = await one.get('/api/s/0/classes', { filter: 'duplicatedStrings' });
  assert.deepEqual(filtered.rows, plain(classes.slice(0, 200)));
  const found = await one.get('/api/s/0/classes', { search: 'ARRAYBUF', sort: 'name', direction: 'desc' });
  assert.ok(found.total > 2 && found.rows.every(({ name }) => /arraybuf/i.test(name)));
  const names = found.rows.map(({ name }) => name);
  assert.deepEqual(names, [...names].sort().reverse());
});

test('the objects of a class are as many as the list of classes says', async () => {
  const { rows } = await one.get('/api/s/0/classes');
  for (const { key, count, shallowSize } of rows) {
    const found = await one.get('/api/s/0/objects', { key, limit: 1 });
    assert.deepEqual([found.total, found.totalShallowSize], [count, shallowSize], key);
  }
});

test('objects are those of query', async () => {
  const asked = { className: '^Leak$', kind: 'object', minShallowSize: 8, sort: 'id', offset: 1, limit: 3 };
  const { total, rows } = await one.get('/api/s/0/objects', { ...asked, detached: false });
  assert.deepEqual(rows, plain(await timeline.query({ ...asked, detached: false })));
  assert.equal(total, (await timeline.query({ className: '^Leak$', kind: 'object', limit: 1e6 })).length);
  await assert.rejects(one.get('/api/s/0/objects', { name: '(' }), { status: 400, code: 'HEAPHOUND_ERR_OPTION' });
});

test('an object has its document, what it keeps alive, and its history', async () => {
  const [{ id }] = await opened[1].query({ className: '^Session$', sort: 'id', limit: 1 });
  const { dominated, history, ...node } = await series.get(`/api/s/1/object/${id}`);
  assert.deepEqual(node, plain(await opened[1].node(id)));
  assert.deepEqual(dominated, plain(await opened[1].dominators({ id, limit: 50 })));
  const expected = await Promise.all(
    opened.map(async (snapshot, at) => {
      const found = await snapshot.node(id).catch(() => undefined);
      if (!found) return { snapshot: at, exists: false };
      return { snapshot: at, exists: true, shallowSize: found.shallowSize, retainedSize: found.retainedSize };
    }),
  );
  assert.deepEqual(history, expected);
  const ids = async (at) =>
    new Set((await opened[at].query({ className: '^Session$', limit: 1e6 })).map((it) => it.id));
  const before = await ids(0);
  const born = [...(await ids(2))].find((it) => !before.has(it));
  const young = await series.get(`/api/s/2/object/${born}`);
  assert.equal(young.history[0].exists, false, 'it is younger than the first snapshot');
  await assert.rejects(series.get('/api/s/1/object/4'), { status: 404, code: 'HEAPHOUND_ERR_NODE' });
});

test('the history of an object is not known where ids name other objects', async (t) => {
  const viewer = await viewSnapshots([SERIES[0], TIMELINE], { allow: ['unrelated'] });
  t.after(() => viewer.close());
  const { get, settled } = clientOf(viewer.url);
  await settled();
  const { history } = await get('/api/s/0/object/1');
  assert.deepEqual(
    history.map(({ exists }) => exists),
    [true, null],
  );
});

test('edges, retainers and paths are those of the package, in pages', async () => {
  const [{ id }] = await timeline.query({ limit: 1 });
  for (const sort of ['retainedSize', 'shallowSize', 'name']) {
    const edges = await timeline.edges(id, { sort });
    const page = await one.get(`/api/s/0/object/${id}/edges`, { sort, offset: 2, limit: 5 });
    assert.deepEqual(page, plain({ total: edges.length, rows: edges.slice(2, 7) }));
    assert.deepEqual(await timeline.edges(id, { sort, offset: 2, limit: 5 }), edges.slice(2, 7));
  }
  const [{ id: leaf }] = await timeline.query({ className: '^Leak$', limit: 1 });
  const all = await timeline.retainers(leaf);
  assert.deepEqual(await one.get(`/api/s/0/object/${leaf}/retainers`), plain({ total: all.length, rows: all }));
  assert.deepEqual(await timeline.retainers(leaf, { offset: 1 }), all.slice(1));
  const way = await timeline.retainingPath(leaf);
  assert.deepEqual((await one.get(`/api/s/0/object/${leaf}/path`)).rows, plain(way));
  const ignored = [way[way.length - 2].id];
  const without = await one.get(`/api/s/0/object/${leaf}/path`, { ignored });
  assert.deepEqual(without.rows, plain(await timeline.retainingPath(leaf, { ignored })));
  const others = await one.get(`/api/s/0/object/${leaf}/retainers`, { ignored });
  assert.deepEqual(others.rows, plain(await timeline.retainers(leaf, { ignored })));
});

test('boxes, statistics, contexts, allocations and owners are those of the package', async () => {
  assert.deepEqual(await one.get('/api/s/0/boxes'), plain(await timeline.dominatorBoxes({ limit: 2000 })));
  const [{ id }] = await timeline.query({ limit: 1 });
  const ofOne = { by: 'object', id };
  assert.deepEqual(
    await one.get('/api/s/0/boxes', ofOne),
    plain(await timeline.dominatorBoxes({ ...ofOne, limit: 2000 })),
  );
  assert.deepEqual(await one.get('/api/s/0/statistics'), plain(await timeline.statistics()));
  const { total, ...contexts } = await one.get('/api/s/0/contexts');
  assert.deepEqual(contexts, plain(await timeline.contexts()));
  assert.equal(total, contexts.realms.length);
  const { functions, samples } = await timeline.allocations();
  const allocations = await one.get('/api/s/0/allocations', { sort: 'size' });
  assert.equal(allocations.total, functions.length);
  assert.deepEqual(
    new Set(allocations.functions.map((row) => JSON.stringify(row))),
    new Set(functions.slice(0, 200).map((row) => JSON.stringify(row))),
  );
  const bytes = (rows) => rows.reduce((sum, { size }) => sum + size, 0);
  assert.equal(bytes(allocations.samples), bytes(samples));
  assert.ok(allocations.samples.length <= 200);
  for (const by of ['package', 'file']) {
    const { owners, rest } = await timeline.owners({ by });
    const found = await one.get('/api/s/0/owners', { by, limit: 2 });
    assert.deepEqual([found.owners, found.rest, found.total], plain([owners.slice(0, 2), rest, owners.length]));
    assert.equal(
      found.more.count,
      owners.slice(2).reduce((sum, { count }) => sum + count, 0),
    );
  }
});

test('strings are the groups of equal strings, with the bytes that one copy of each would save', async () => {
  const groups = await timeline.duplicateStrings();
  const { total, wastedSize, leftOut, rows } = await one.get('/api/s/0/strings', { sort: 'retainedSize', limit: 20 });
  assert.deepEqual([total, leftOut], [groups.length, 0]);
  assert.deepEqual(
    rows.map((row) => row.retainedSize),
    groups.slice(0, 20).map((row) => row.retainedSize),
  );
  assert.equal(
    wastedSize,
    groups.reduce((sum, group) => sum + group.wastedSize, 0),
  );
  const found = await one.get('/api/s/0/strings', { search: 'COPYRIGHT' });
  assert.ok(found.total > 0 && found.total < total && found.rows.every(({ value }) => /copyright/i.test(value)));
});

test('two snapshots are compared as diffSnapshots and diffOwners do, in either direction', async () => {
  const { classes, resized, comparison } = await diffSnapshots(opened[0], opened[2], { ids: 20 });
  const all = [...classes, ...resized].sort((a, b) => b.sizeDelta - a.sizeDelta);
  const { total, ids, reason, rows } = await series.get('/api/compare', { before: 0, after: 2 });
  assert.deepEqual({ ids, reason }, comparison);
  assert.deepEqual([total, rows.slice(0, 20)], plain([all.length, all.slice(0, 20)]));
  const back = await series.get('/api/compare', { before: 2, after: 0, search: 'Session' });
  const [session] = back.rows.filter(({ name }) => name === 'Session');
  assert.ok(session.removedCount > 0 && session.sizeDelta < 0);
  assert.equal(back.order.contradictedBy, 'ids', 'the snapshots stand against their time, and the answer says so');
  const { owners, rest } = await diffOwners(opened[0], opened[2], { by: 'file' });
  const byFile = await series.get('/api/compare', { before: 0, after: 2, by: 'file' });
  assert.deepEqual([byFile.rows, byFile.rest, byFile.ids], plain([owners.slice(0, 200), rest, false]));
  const same = series.get('/api/compare', { before: 1, after: 1 });
  await assert.rejects(same, { status: 400, code: 'HEAPHOUND_ERR_OPTION' });
});

test('all snapshots are compared class by class', async () => {
  const summaries = await Promise.all(opened.map((snapshot) => snapshot.summary()));
  const { total, rows } = await series.get('/api/compare/all', { sort: 'growth' });
  const keys = new Set(summaries.flatMap(({ classes }) => classes.map(({ key }) => key)));
  assert.equal(total, keys.size);
  for (const row of rows.slice(0, 10)) {
    const ofClass = summaries.map(({ classes }) => classes.find(({ key }) => key === row.key));
    assert.deepEqual(
      row.counts,
      ofClass.map((it) => it?.count ?? 0),
    );
    assert.deepEqual(
      row.sizes,
      ofClass.map((it) => it?.shallowSize ?? 0),
    );
  }
  assert.ok(rows.every((row, at) => at === 0 || rows[at - 1].growth >= row.growth));
});

test('a snapshot of another program is not compared without being allowed', async (t) => {
  const viewer = await viewSnapshots([SERIES[0], TIMELINE]);
  t.after(() => viewer.close());
  const { get, settled } = clientOf(viewer.url);
  const { answer } = await settled();
  assert.equal(answer.error.code, 'HEAPHOUND_ERR_UNRELATED');
  await assert.rejects(get('/api/report'), { status: 409, code: 'HEAPHOUND_ERR_UNRELATED' });
  await assert.rejects(get('/api/compare', { before: 0, after: 1 }), { code: 'HEAPHOUND_ERR_UNRELATED' });
  assert.ok((await get('/api/s/1/classes')).total > 0, 'each has its views all the same');
});
