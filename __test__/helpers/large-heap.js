'use strict';

// A snapshot with very many objects of one class, all held by one array. It is written in pieces: as one text it would
// be longer than a string may be.

const fs = require('node:fs');

const META = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
  node_types: [['hidden', 'array', 'string', 'object', 'synthetic'], 'string', 'number', 'number', 'number', 'number'],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [
    ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'],
    'string_or_number',
    'node',
  ],
};
const FIELDS = META.node_fields.length;
const [ARRAY, OBJECT, SYNTHETIC] = [1, 3, 4];
const [ELEMENT, PROPERTY] = [1, 2];
const STRINGS = ['', 'Store', 'Item', 'items'];
/** Nodes before the items. */
const FIRST = 3;
const PIECE = 50_000;

/**
 * The root holds a Store, whose `items` hold the objects: ids 7, 9 and so on, of 32 bytes.
 *
 * @param {string} file
 * @param {number} count
 */
function writeLargeHeap(file, count) {
  const out = fs.openSync(file, 'w');
  const write = (/** @type {string} */ text) => fs.writeSync(out, text);
  const snapshot = { meta: META, node_count: FIRST + count, edge_count: 2 + count, trace_function_count: 0 };
  write(`{"snapshot":${JSON.stringify(snapshot)},\n"nodes":[`);
  write([SYNTHETIC, 0, 1, 0, 1, 0, OBJECT, 1, 3, 16, 1, 0, ARRAY, 0, 5, 16, count, 0].join());
  inPieces(count, (at) => `,${OBJECT},2,${7 + 2 * at},32,0,0`, write);
  write(`],\n"edges":[${[ELEMENT, 1, FIELDS, PROPERTY, 3, 2 * FIELDS].join()}`);
  inPieces(count, (at) => `,${ELEMENT},${at},${(FIRST + at) * FIELDS}`, write);
  write('],\n"trace_function_infos":[],"trace_tree":[],"samples":[],"locations":[],\n');
  write(`"strings":${JSON.stringify(STRINGS)}}\n`);
  fs.closeSync(out);
}

/**
 * @param {number} count
 * @param {(at: number) => string} textOf
 * @param {(text: string) => void} write
 */
function inPieces(count, textOf, write) {
  for (let start = 0; start < count; start += PIECE) {
    const texts = [];
    for (let at = start; at < Math.min(start + PIECE, count); at += 1) texts.push(textOf(at));
    write(texts.join(''));
  }
}

module.exports = { writeLargeHeap };
