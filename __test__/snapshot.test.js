'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, test } = require('node:test');
const zlib = require('node:zlib');
const { openSnapshot } = require('..');

const GOLDEN = path.join(__dirname, 'fixtures', 'golden');
const expected = JSON.parse(zlib.gunzipSync(fs.readFileSync(path.join(GOLDEN, 'n26.expected.json.gz'))).toString());

/** @type {import('..').Snapshot} */
let snapshot;
before(async () => {
  snapshot = await openSnapshot(path.join(GOLDEN, 'n26.heaptimeline.gz'));
});
after(() => snapshot.close());

/** DevTools' aggregates from ours. */
function aggregates(classes) {
  return Object.fromEntries(
    classes.map(({ key, name, count, distance, shallowSize, retainedSize }) => [
      key,
      { name, count, distance, selfSize: shallowSize, retainedSize },
    ]),
  );
}

test('summary has the classes of DevTools', async () => {
  const document = await snapshot.summary();
  assert.equal(document.snapshot, snapshot.info);
  assert.deepEqual(aggregates(document.classes), expected.aggregates);
  const sizes = document.classes.map((row) => row.retainedSize);
  assert.deepEqual(
    sizes,
    [...sizes].sort((a, b) => b - a),
    'biggest first',
  );
  for (const row of document.classes) assert.equal(row.system, row.distance >= 1e8 ? true : undefined);
});

test('summary takes every filter that it names', async () => {
  for (const filter of snapshot.filters) {
    const { classes } = await snapshot.summary({ filter });
    assert.deepEqual(aggregates(classes), expected.filters[filter], filter);
  }
});

test('summary sorts, cuts and takes a range of ids', async () => {
  const byName = await snapshot.summary({ sort: 'name', limit: 3 });
  assert.equal(byName.classes.length, 3);
  const names = byName.classes.map((row) => row.name);
  assert.deepEqual(names, [...names].sort());
  const all = await snapshot.summary();
  const early = await snapshot.summary({ idRange: { upTo: 60_000 } });
  const late = await snapshot.summary({ idRange: { after: 60_000 } });
  const objects = (document) => document.classes.reduce((sum, row) => sum + row.count, 0);
  assert.equal(objects(early) + objects(late), objects(all));
  await assert.rejects(snapshot.summary({ filter: 'duplicatedStrings', idRange: { after: 1 } }), {
    code: 'HEAPHOUND_ERR_OPTION',
  });
});

test('statistics are those of DevTools', async () => {
  assert.deepEqual(await snapshot.statistics(), expected.statistics);
});

test('contexts are those of DevTools', async () => {
  const { closures, realms, sharedSize, unattributedSize } = await snapshot.contexts();
  const { nativeContexts, retainedByContextSummary: summary } = expected;
  assert.deepEqual(closures, {
    contextCount: summary.contextCount,
    retainedCount: summary.retainedByContextCount,
    retainedSize: summary.retainedByContextSize,
    otherCount: summary.notRetainedByContextCount,
    otherSize: summary.notRetainedByContextSize,
  });
  assert.ok(realms.length > 0);
  assert.deepEqual(
    realms.map(({ id, name, size, retainedSize }) => [id, name, size, retainedSize]),
    nativeContexts.nativeContexts.map((row) => [row.nodeId, row.nodeName, row.attributedSize, row.retainedSize]),
  );
  assert.deepEqual([sharedSize, unattributedSize], [nativeContexts.sharedSize, nativeContexts.noAttributionSize]);
});

test('edges and retainers are those of DevTools', async () => {
  const ids = expected.columns.id;
  for (const row of expected.rows) {
    const id = ids[row.ordinal];
    const retainers = await snapshot.retainers(id, { limit: 20 });
    const edges = await snapshot.edges(id, { limit: 20 });
    assert.deepEqual(
      retainers.map((it) => [it.edge, it.edgeKind, it.id, it.distance]),
      row.retainers,
    );
    assert.deepEqual(
      edges.map((it) => [it.edge, it.edgeKind, it.id, it.retainedSize]),
      row.edges,
    );
  }
});

test('node has everything about an object', async () => {
  const [closure] = await snapshot.query({ kind: 'closure', name: '^internalBinding$', limit: 1 });
  const node = await snapshot.node(closure.id);
  const ordinal = expected.columns.id.indexOf(closure.id);
  assert.equal(node.name, expected.columns.name?.[ordinal] ?? 'internalBinding');
  assert.equal(node.kind, 'closure');
  assert.equal(node.key, expected.columns.classKey[ordinal]);
  assert.equal(node.shallowSize, expected.columns.selfSize[ordinal]);
  assert.equal(node.retainedSize, expected.columns.retainedSize[ordinal]);
  assert.equal(node.distance, expected.columns.distance[ordinal]);
  assert.equal(node.dominator.id, expected.columns.id[expected.columns.dominatorOrdinal[ordinal]]);
  assert.equal(node.location.file, 'node:internal/bootstrap/realm');
  assert.equal(node.retainers.length, node.retainerCount);
  assert.equal(node.edges.length, node.edgeCount);
  assert.equal(node.retainingPath.at(-1).id, node.id);
  assert.equal(node.retainingPath[0].edge, '');
  assert.deepEqual(node.retainingPath, await snapshot.retainingPath(closure.id));
  const short = await snapshot.node(closure.id, { limit: 1 });
  assert.equal(short.edges.length, 1);
  assert.equal(short.edgeCount, node.edgeCount);
  const root = await snapshot.node(1);
  assert.equal(root.dominator, null);
});

test('a retaining path avoids ignored nodes', async () => {
  const [closure] = await snapshot.query({ kind: 'closure', name: '^internalBinding$', limit: 1 });
  const [nearest] = await snapshot.retainers(closure.id);
  const path = await snapshot.retainingPath(closure.id, { ignored: [nearest.id] });
  assert.equal(path.at(-1).id, closure.id);
  assert.ok(path.every((step) => step.id !== nearest.id));
});

test('an object of a recording has its allocation stack', async () => {
  const [leak] = await snapshot.query({ className: '^Leak$', limit: 1 });
  const node = await snapshot.node(leak.id);
  assert.ok(node.allocationStack.length > 0);
  assert.match(node.allocationStack[0].file, /gen-timeline/);
});

test('dominators give the biggest retainers as a tree', async () => {
  const rows = await snapshot.dominators({ limit: 5, depth: 2 });
  assert.equal(rows.length, 5);
  for (const row of rows) {
    assert.ok(row.children.length <= 5 && row.children.length <= row.childCount);
    for (const child of row.children) assert.equal((await snapshot.node(child.id)).dominator.id, row.id);
  }
  const children = await snapshot.dominators({ id: rows[0].id, limit: 5 });
  assert.deepEqual(
    children.map((row) => row.id),
    rows[0].children.map((row) => row.id),
  );
});

test('boxes of the dominator tree have all bytes, and as many as were asked for', async () => {
  const count = (box) => box.children.reduce((sum, child) => sum + count(child), 1);
  const check = (box) => {
    assert.equal(
      box.children.reduce((sum, child) => sum + child.size, box.ownSize),
      box.size,
    );
    box.children.forEach(check);
  };
  for (const by of ['class', 'object']) {
    const { totalSize, box } = await snapshot.dominatorBoxes({ by, limit: 50 });
    assert.equal(box.size, totalSize);
    assert.ok(count(box) <= 50 && count(box) > 10);
    check(box);
    const [first] = box.children;
    const start = by === 'class' ? { path: [first.key] } : { id: first.id };
    const { box: inside } = await snapshot.dominatorBoxes({ by, ...start });
    assert.deepEqual([inside.size, inside.count], [first.size, first.count]);
  }
  await assert.rejects(snapshot.dominatorBoxes({ path: ['nobody'] }), { code: 'HEAPHOUND_ERR_OPTION' });
  await assert.rejects(snapshot.dominatorBoxes({ limit: 2001 }), { code: 'HEAPHOUND_ERR_OPTION' });
});

test('duplicate strings are those of DevTools', async () => {
  const groups = await snapshot.duplicateStrings();
  assert.equal(groups.length, expected.duplicateStrings.length);
  assert.deepEqual(
    new Set(groups.map((group) => `${group.count} ${group.value}`)),
    new Set(expected.duplicateStrings.map((group) => `${group.count ?? group.nodes?.length} ${group.value}`)),
  );
  assert.ok((await snapshot.duplicateStrings({ minCount: 10 })).every((group) => group.count >= 10));
});

test('query finds by name, class, property, kind and size', async () => {
  const maps = await snapshot.query({ className: '^Map$', kind: 'OBJECT', limit: 1000 });
  assert.ok(maps.length > 1 && maps.every((row) => row.className === 'Map' && row.kind === 'object'));
  const big = await snapshot.query({ minRetainedSize: 100_000, maxRetainedSize: 200_000, sort: 'id' });
  assert.ok(big.length > 0 && big.every((row) => row.retainedSize >= 100_000 && row.retainedSize <= 200_000));
  assert.deepEqual(
    big.map((row) => row.id),
    big.map((row) => row.id).sort((a, b) => a - b),
  );
  const [second] = await snapshot.query({ sort: 'id', offset: 1, limit: 1 });
  assert.equal(second.id, (await snapshot.query({ sort: 'id', limit: 2 }))[1].id);
  assert.ok((await snapshot.query({ property: '^__proto__$', limit: 1 })).length === 1);
  await assert.rejects(snapshot.query({ name: '(' }), { code: 'HEAPHOUND_ERR_OPTION', message: /name/ });
});

test('allocations come by function and by time', async () => {
  const { functions, samples } = await snapshot.allocations();
  assert.equal(functions[0].name, 'Leak');
  assert.ok(functions.every((row) => row.liveCount <= row.count));
  assert.equal(samples.length, expected.samples.timestamps.length);
  const none = await openSnapshot(path.join(GOLDEN, 'n24-plain.heapsnapshot.gz'));
  assert.deepEqual(await none.allocations(), { functions: [], samples: [] });
  await none.close();
});

test('a lone surrogate survives', async () => {
  const text = '\ud83d lone';
  const file = fs.readFileSync(path.join(__dirname, 'fixtures', 'corpus', 'handmade', 'min5.heapsnapshot'), 'utf8');
  const json = JSON.parse(file);
  const name = json.snapshot.meta.node_fields.indexOf('name');
  const stride = json.snapshot.meta.node_fields.length;
  json.strings.push(text);
  json.nodes[stride + name] = json.strings.length - 1;
  const id = json.nodes[stride + json.snapshot.meta.node_fields.indexOf('id')];
  const own = await openSnapshot(Buffer.from(JSON.stringify(json)));
  assert.ok((await own.node(id)).name.includes(text));
  await own.close();
});
