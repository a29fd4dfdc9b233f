'use strict';

// Who may require whom. `docs/architecture.md` has the same rows with a sentence for each; `tests/it/layers.rs` holds
// those of the core.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const ROOT = path.join(__dirname, '..', '..');

/** From the lowest up: a room may require those above it in this list, and itself. */
const ROWS = [
  ['checks', 'waits', 'words'],
  ['counts'],
  ['lib'],
  ['lib/native'],
  ['lib/disk', 'lib/room'],
  ['lib/open', 'lib/sources'],
  ['lib/capture', 'lib/compare'],
  ['lib/files', 'lib/image', 'lib/metrics', 'lib/report', 'lib/store'],
  ['lib/export', 'lib/service', 'lib/view'],
  ['lib/watch'],
  ['index.js'],
  ['cli', 'http', 'test'],
  ['fastify'],
];

/** What stands on the package's front: they see the rest as a user of `index.js` does. */
const FRONT = {
  cli: ['checks', 'index.js', 'words'],
  test: ['checks', 'counts', 'index.js', 'words'],
  http: ['index.js', 'waits', 'words'],
  fastify: ['http', 'waits', 'words'],
};

/** @typedef {Map<string, Set<string>>} Imports files by the file that requires them */

test('a file requires only from rows above its own', () => {
  const rows = new Map(ROWS.flatMap((rooms, row) => rooms.map((room) => [room, row])));
  const wrong = [];
  for (const [file, required] of imports()) {
    const room = roomOf(file);
    assert.ok(rows.has(room), `${file}: the room ${room} has no row`);
    for (const other of required) {
      const to = roomOf(other);
      const isFront = Object.hasOwn(FRONT, room);
      const may = room === to || (isFront ? FRONT[room].includes(to) : rows.get(to) < rows.get(room));
      if (!may) wrong.push(`${file} requires ${other}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('no file requires itself around a corner', () => {
  const all = imports();
  const cycles = [...all.keys()].map((file) => cycleOf(all, file)).filter((cycle) => cycle !== undefined);
  assert.deepEqual(cycles, []);
});

test('a cycle is found and shown', () => {
  const all = new Map([
    ['a', new Set(['b'])],
    ['b', new Set(['c'])],
    ['c', new Set(['a'])],
    ['d', new Set(['a'])],
  ]);
  assert.equal(cycleOf(all, 'a'), 'a requires b requires c requires a');
  assert.equal(cycleOf(all, 'd'), undefined);
});

test('one file loads the addon', () => {
  const loading = files().filter((file) => read(file).includes('heaphound.${process.platform}'));
  assert.deepEqual(loading, ['lib/native/index.js']);
});

test('the rows are those of docs/architecture.md', () => {
  const text = fs.readFileSync(path.join(ROOT, 'docs', 'architecture.md'), 'utf8');
  for (const room of ROWS.flat())
    assert.ok(text.includes(`\`${room}\``), `docs/architecture.md has no row for ${room}`);
});

/** @returns {Imports} */
function imports() {
  const known = new Set(files());
  const all = new Map([...known].map((file) => [file, requiredBy(file, known)]));
  const count = [...all.values()].reduce((sum, required) => sum + required.size, 0);
  assert.ok(count > known.size, `only ${count} imports were understood`);
  return all;
}

/**
 * @param {string} file
 * @param {Set<string>} known
 */
function requiredBy(file, known) {
  const specifiers = [...read(file).matchAll(/(?:\brequire\(|\bimport\(|\bfrom )'(\.[^']*)'/g)].map(
    ([, specifier]) => specifier,
  );
  const required = new Set();
  for (const specifier of specifiers) {
    const base = path.posix.join(path.posix.dirname(file), specifier).replace(/\/$/, '');
    const found = [base, `${base}.js`, `${base}.mjs`, path.posix.join(base, 'index.js')].find((candidate) =>
      known.has(candidate),
    );
    if (found !== undefined && found !== file) required.add(found);
    else if (!fs.existsSync(path.join(ROOT, base)) && !fs.existsSync(path.join(ROOT, `${base}.d.ts`)))
      assert.fail(`${file}: ${specifier} is no file`);
  }
  return required;
}

/**
 * The shortest way from a file back to itself, in words.
 *
 * @param {Imports} all
 * @param {string} file
 */
function cycleOf(all, file) {
  const ways = [[file]];
  const seen = new Set();
  for (const way of ways) {
    for (const next of all.get(way[way.length - 1]) ?? []) {
      if (next === file) return [...way, file].join(' requires ');
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return undefined;
}

/** @param {string} file */
function roomOf(file) {
  const parts = file.split('/');
  return parts[0] === 'lib' && parts.length > 2 ? `lib/${parts[1]}` : parts[0];
}

/** What the package ships of JavaScript. */
function files() {
  const { files: shipped } = JSON.parse(read('package.json'));
  const folders = shipped.filter((name) =>
    fs.statSync(path.join(ROOT, name), { throwIfNoEntry: false })?.isDirectory(),
  );
  const names = folders.filter((name) => !['docs', 'src', 'catalogue'].includes(name) && !name.startsWith('examples'));
  const inside = names.flatMap((name) =>
    fs
      .readdirSync(path.join(ROOT, name), { recursive: true })
      .map((file) => path.posix.join(name, String(file).replaceAll('\\', '/'))),
  );
  return ['index.js', ...inside].filter((file) => /\.m?js$/.test(file));
}

/** @param {string} file code without its comments */
function read(file) {
  return fs
    .readFileSync(path.join(ROOT, file), 'utf8')
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '');
}
