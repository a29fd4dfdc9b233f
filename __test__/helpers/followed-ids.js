'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const APP = path.join(__dirname, '..', 'fixtures', 'ids-app.js');

/** @typedef {{ labels: Map<string, number>, plain: number[], containers: Map<string, number>, ids: number[] }} Heap */

/**
 * What the ids of some forked captures of one process say about objects that the captures' own texts tell apart.
 *
 * @param {string} binary Node.js
 * @param {string} dir for the captures, which stay there
 * @param {number} objects
 * @param {number} captures
 */
function followIds(binary, dir, objects, captures) {
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(binary, [APP, dir, String(objects), String(captures)], {
    encoding: 'utf8',
    env,
  });
  assert.equal(status, 0, stdout + stderr);
  /** @type {Array<{ file: string, idSpace: string, idSpaceReason?: string }>} */
  const taken = stdout
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
  assert.equal(taken.length, captures);

  /** @type {Map<number, string>} */
  const named = new Map();
  /** Ids that two objects had. @type {string[]} */
  const twice = [];
  let first;
  let last;
  for (const { file } of taken) {
    last = readHeap(file);
    first ??= last;
    if (new Set(last.ids).size !== last.ids.length) twice.push(`an id occurs twice in ${path.basename(file)}`);
    for (const [label, id] of last.labels) {
      const before = named.get(id) ?? label;
      if (before !== label) twice.push(`@${id} names ${before} and ${label}`);
      named.set(id, label);
    }
  }
  const wanted = [...first.labels].filter(([label]) => isKept(label));
  const plain = new Set(last.plain);
  return {
    taken,
    first,
    last,
    twice,
    /** Objects with a label that an id was seen for. */
    namedCount: new Set(named.values()).size,
    keptCount: wanted.length + first.plain.length,
    /** Of those, with the same id in the first and in the last capture. */
    sameCount:
      wanted.filter(([label, id]) => last.labels.get(label) === id).length +
      first.plain.filter((id) => plain.has(id)).length,
    /** Containers that have another id. */
    lost: [...first.containers].filter(([name, id]) => last.containers.get(name) !== id).map(([name]) => name),
  };
}

/** @param {string} label */
function isKept(label) {
  return Number(label.split('-')[1]) < 1e7;
}

/**
 * Objects by the text in them, without any help of the addon's.
 *
 * @param {string} file
 * @returns {Heap}
 */
function readHeap(file) {
  const { snapshot, nodes, edges, strings } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const {
    node_fields: fields,
    node_types: [kinds],
    edge_fields: { length: edgeWidth },
  } = snapshot.meta;
  const width = fields.length;
  const [name, id, edgeCount] = ['name', 'id', 'edge_count'].map((field) => fields.indexOf(field));
  const starts = [0];
  for (let node = 0; node < nodes.length; node += width) starts.push(starts.at(-1) + nodes[node + edgeCount]);
  const member = (node, wanted) => {
    for (let edge = starts[node / width]; edge < starts[node / width + 1]; edge += 1) {
      if (strings[edges[edge * edgeWidth + 1]] === wanted && edges[edge * edgeWidth] !== 1)
        return edges[edge * edgeWidth + 2];
    }
    return undefined;
  };
  const text = (node) =>
    kinds[nodes[node]] === 'concatenated string'
      ? text(member(node, 'first')) + text(member(node, 'second'))
      : strings[nodes[node + name]];
  /** @type {Heap} */
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
      for (const part of ['list', 'map', 'set'])
        heap.containers.set(`${label}.${part}`, nodes[member(node, part) + id]);
    }
  }
  return heap;
}

module.exports = { followIds };
