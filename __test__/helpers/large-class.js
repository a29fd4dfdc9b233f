'use strict';

// A snapshot of a program with one class of very many objects, made as a stream.

const PIECE = 10_000;
const META = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
  node_types: [['hidden', 'array', 'string', 'object', 'synthetic'], 'string', 'number', 'number', 'number', 'number'],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [['context', 'element', 'property', 'internal'], 'string_or_number', 'node'],
  location_fields: ['object_index', 'script_id', 'line', 'column'],
};
const FIELDS = META.node_fields.length;
const STRINGS = ['', '(GC roots)', 'Session', 'sessions'];

/**
 * @param {number} count objects of the class `Session`, of 16 to 8,000 bytes, which one table holds
 * @returns {Generator<string>}
 */
function* largeClass(count) {
  const snapshot = { meta: META, node_count: count + 3, edge_count: count + 2, trace_function_count: 0 };
  yield `{"snapshot":${JSON.stringify(snapshot)},\n"nodes":[4,0,1,0,1,0\n,4,1,3,0,1,0\n,1,0,5,16,${count},0\n`;
  yield* rows(count, (at) => `,3,2,${7 + at * 2},${16 + ((at * 7919) % 999) * 8},0,0\n`);
  yield `],\n"edges":[1,1,${FIELDS}\n,2,3,${2 * FIELDS}\n`;
  yield* rows(count, (at) => `,1,${at},${(3 + at) * FIELDS}\n`);
  yield '],\n"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n"locations":[],\n';
  yield `"strings":${JSON.stringify(STRINGS)}}\n`;
}

/**
 * @param {number} count
 * @param {(at: number) => string} row
 */
function* rows(count, row) {
  for (let at = 0; at < count; at += PIECE) {
    yield Array.from({ length: Math.min(PIECE, count - at) }, (_, next) => row(at + next)).join('');
  }
}

module.exports = { largeClass };
