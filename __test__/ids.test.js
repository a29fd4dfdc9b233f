'use strict';

// Ids of forked captures, on each Node line. HEAPHOUND_IDS=full: 100,000 objects and ten captures on each; otherwise a short form.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { diffSnapshots } = require('..');

const FULL = process.env.HEAPHOUND_IDS === 'full';
const LINES = FULL ? [20, 22, 24, 26] : [20, 26];
const OBJECTS = FULL ? 100_000 : 8_000;
const CAPTURES = FULL ? 10 : 3;
const STORES = 10;

for (const line of LINES) {
  const binary = path.join(__dirname, 'nodes', 'node_modules', `node${line}`, 'bin', 'node');
  const missing = fs.existsSync(binary) ? false : 'its binary is not installed: npm ci --prefix __test__/nodes';
  const skip = process.platform === 'linux' ? missing : 'forks are for Linux';
  test(`objects keep their id over forked captures of Node ${line}`, { skip }, async () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-ids-'));
    try {
      await check(binary, dir);
    } finally {
      fs.rmSync(dir, { recursive: true });
    }
  });
}

async function check(binary, dir) {
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  const app = path.join(__dirname, 'fixtures', 'ids-app.js');
  const { status, stdout, stderr } = spawnSync(binary, [app, dir, OBJECTS, CAPTURES], { encoding: 'utf8', env });
  assert.equal(status, 0, stdout + stderr);
  const captures = stdout.trim().split('\n').map((text) => JSON.parse(text));
  assert.equal(captures.length, CAPTURES);
  assert.ok(captures.every(({ idSpace }) => idSpace === captures[0].idSpace), stdout);
  assert.match(captures[0].idSpaceReason, /no capture of this thread came before/);
  assert.equal(fs.statSync(`${captures[0].file}.ids`).mode & 0o777, 0o600);

  const named = new Map();
  const heaps = captures.map(({ file }) => readHeap(file));
  for (const { labels, ids } of heaps) {
    assert.equal(new Set(ids).size, ids.length, 'an id occurs twice');
    for (const [label, id] of labels) {
      assert.equal(named.get(id) ?? label, label, `@${id} names two objects`);
      named.set(id, label);
    }
  }
  const [first, last] = [heaps[0], heaps.at(-1)];
  const wanted = [...first.labels].filter(([label]) => isKept(label));
  const kept = wanted.filter(([label, id]) => last.labels.get(label) === id).length;
  const plain = new Set(last.plain);
  const plainKept = first.plain.filter((id) => plain.has(id)).length;
  assert.equal(wanted.length + first.plain.length, OBJECTS);
  assert.ok(kept + plainKept >= OBJECTS * 0.99, `${kept} of ${wanted.length}, ${plainKept} of ${first.plain.length} keep their id`);
  assert.equal(first.containers.size, STORES * 4);
  for (const [name, id] of first.containers) assert.equal(last.containers.get(name), id, `${name} has another id`);

  // The class table of a diff counts what the ids say.
  const before = new Set(first.labels.values());
  const after = new Set(last.labels.values());
  const { classes } = await diffSnapshots(captures[0].file, captures.at(-1).file, { limit: 100_000 });
  const row = classes.find(({ name }) => name === 'Kept');
  assert.equal(row.addedCount, [...after].filter((id) => !before.has(id)).length);
  assert.equal(row.removedCount, [...before].filter((id) => !after.has(id)).length);
}

/** @param {string} label */
function isKept(label) {
  return Number(label.split('-')[1]) < 1e7;
}

/** Objects by the text in them, without any help of the addon's. */
function readHeap(file) {
  const { snapshot, nodes, edges, strings } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const { node_fields: fields, node_types: [kinds], edge_fields: { length: edgeWidth } } = snapshot.meta;
  const width = fields.length;
  const [name, id, edgeCount] = ['name', 'id', 'edge_count'].map((field) => fields.indexOf(field));
  const starts = [0];
  for (let node = 0; node < nodes.length; node += width) starts.push(starts.at(-1) + nodes[node + edgeCount]);
  const member = (node, wanted) => {
    for (let edge = starts[node / width]; edge < starts[node / width + 1]; edge += 1) {
      if (strings[edges[edge * edgeWidth + 1]] === wanted && edges[edge * edgeWidth] !== 1) return edges[edge * edgeWidth + 2];
    }
    return undefined;
  };
  const text = (node) =>
    kinds[nodes[node]] === 'concatenated string' ? text(member(node, 'first')) + text(member(node, 'second')) : strings[nodes[node + name]];
  const heap = { labels: new Map(), plain: [], containers: new Map(), ids: [] };
  for (let node = 0; node < nodes.length; node += width) {
    heap.ids.push(nodes[node + id]);
    if (kinds[nodes[node]] !== 'object') continue;
    const className = strings[nodes[node + name]];
    if (className === 'Kept') heap.labels.set(text(member(node, 'label')), nodes[node + id]);
    if (className === 'Plain') heap.plain.push(nodes[node + id]);
    if (className === 'Store') {
      const label = text(member(node, 'label'));
      heap.containers.set(label, nodes[node + id]);
      for (const part of ['list', 'map', 'set']) heap.containers.set(`${label}.${part}`, nodes[member(node, part) + id]);
    }
  }
  return heap;
}
