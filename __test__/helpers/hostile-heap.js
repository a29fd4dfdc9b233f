'use strict';

// Snapshots of a program whose names attack whoever prints them: a class, a property, a string, a function and a script
// of each name.

/** A name that a reader cannot see, or that acts on a terminal, a log or a mark-up language. */
const NAMES = [
  '\u001b[31mred\u001b[2J\u0007',
  '\u009b31mC1',
  '\u202egro.live\u2066',
  'line\r\n::error file=/etc/passwd::x',
  '\u3164',
  '\u115f',
  '\u2800',
  '\u00a0',
  '\u200b\u200d',
  '   ',
  'Session ',
  '\u{e0041}\u{e0042}',
  '\ufe0f',
  `pile${'\u0301'.repeat(200)}`,
  '\u0301mark',
  '\ufffb\u2028\u2029\ufeff',
  '\u{1d159}',
  '\u{13441}',
  '\ue000',
  '`]|<img src=x onerror=alert(1)>[a](http://evil.example) @octocat #1',
  '漢'.repeat(300),
  'half \ud83d',
  'A'.repeat(300_000),
  `\u202e${'\u009b'.repeat(100_000)}`,
  'B'.repeat(1100),
  `${'deep/'.repeat(2000)}file.js`,
];

const META = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
  node_types: [
    [
      'hidden',
      'array',
      'string',
      'object',
      'code',
      'closure',
      'regexp',
      'number',
      'native',
      'synthetic',
      'concatenated string',
      'sliced string',
      'symbol',
      'bigint',
      'object shape',
    ],
    'string',
    'number',
    'number',
    'number',
    'number',
  ],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [
    ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'],
    'string_or_number',
    'node',
  ],
  location_fields: ['object_index', 'script_id', 'line', 'column'],
};
const FIELDS = META.node_fields.length;

/**
 * The text of a snapshot. Every name has a container, which holds `count` objects; ids go on from one snapshot to the
 * next.
 *
 * @param {{ names?: string[], count: number, most?: number }} options `most`: of `count` in all snapshots
 */
function hostileHeap({ names = NAMES, count, most = 100 }) {
  /** @type {Map<string, number>} */
  const strings = new Map([['', 0]]);
  const text = (/** @type {string} */ value) => strings.get(value) ?? strings.set(value, strings.size).get(value);
  /** @type {{ kind: string, name: string, id: number, size: number, edges: [kind: string, name: string | number, to: object][] }[]} */
  const nodes = [];
  const add = (/** @type {string} */ kind, /** @type {string} */ name, /** @type {number} */ id, size = 64) => {
    const node = { kind, name, id, size, edges: [] };
    nodes.push(node);
    return node;
  };
  const locations = [];
  const root = add('synthetic', '', 1, 0);
  const roots = add('synthetic', '(GC roots)', 3, 0);
  const top = add('object', 'Object', 5);
  root.edges.push(['element', 1, roots]);
  roots.edges.push(['element', 1, top]);
  for (const [at, name] of names.entries()) {
    // Ids are odd, as V8's of JavaScript objects are.
    const base = 1001 + at * (most * 10 + 100);
    const container = add('object', name, base);
    const closure = add('closure', name, base + 2);
    const shared = add('code', name, base + 4);
    const script = add('code', `system / Script / /${name}`, base + 6);
    const table = add('array', '', base + 8, 16 + 8 * count);
    top.edges.push(['property', name, container], ['property', `${name}.js`, closure]);
    closure.edges.push(['internal', 'shared', shared]);
    shared.edges.push(['internal', 'script', script]);
    container.edges.push(['internal', 'elements', table]);
    locations.push([closure, at + 1], [container, at + 1]);
    for (let item = 0; item < count; item += 1) {
      const held = add('object', name, base + 100 + item * 4, 5000);
      const content = add('string', name, base + 102 + item * 4, 100);
      container.edges.push(['element', item, held]);
      table.edges.push(['internal', item, held]);
      held.edges.push(['property', name, content]);
    }
  }
  const place = new Map(nodes.map((node, at) => [node, at]));
  const kinds = META.node_types[0];
  const rows = nodes.flatMap((node) => [
    kinds.indexOf(node.kind),
    text(node.name),
    node.id,
    node.size,
    node.edges.length,
    0,
  ]);
  const edges = nodes.flatMap((node) =>
    node.edges.flatMap(([kind, name, to]) => {
      const isIndex = kind === 'element';
      return [META.edge_types[0].indexOf(kind), isIndex ? name : text(String(name)), (place.get(to) ?? 0) * FIELDS];
    }),
  );
  return JSON.stringify({
    snapshot: { meta: META, node_count: nodes.length, edge_count: edges.length / 3, trace_function_count: 0 },
    nodes: rows,
    edges,
    trace_function_infos: [],
    trace_tree: [],
    samples: [],
    locations: locations.flatMap(([node, script]) => [place.get(node) * FIELDS, script, 8, 4]),
    strings: [...strings.keys()],
  });
}

module.exports = { NAMES, hostileHeap };
