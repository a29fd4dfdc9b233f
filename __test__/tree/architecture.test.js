'use strict';

// docs/architecture.md says where a new thing goes: the places that it names are there, and hold what it says.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const ROOT = path.join(__dirname, '..', '..');
const read = (/** @type {string} */ name) => fs.readFileSync(path.join(ROOT, name), 'utf8');
const [, section] = /\n## Where does a new thing go\?\n([\s\S]*?)\n## /.exec(read('docs/architecture.md')) ?? [];
const rows = [...(section ?? '').matchAll(/^\| (.*) \|$/gm)].map(([, row]) => row.split(' | ')).slice(1);

/** @param {string} text */
const places = (text) => [...text.matchAll(/`([\w.-]+\/[\w./-]*|[\w-]+\.[\w.]+)`/g)].map(([, place]) => place);
/** @param {string} name */
const placesOf = (name) => places(rows.find(([thing]) => thing === name)?.join(' ') ?? '');

test('every file and folder that is named is there', () => {
  const named = places(section);
  assert.ok(named.length > 40, `${named.length} places`);
  assert.deepEqual(
    named.filter((place) => !fs.existsSync(path.join(ROOT, place))),
    [],
  );
});

test('each kind of change has its row', () => {
  const wanted = [
    'name that V8',
    'kind of leak',
    'rule that drops',
    'command',
    'store',
    'route',
    'test runner',
    'option',
  ];
  for (const words of wanted)
    assert.ok(
      rows.some(([thing]) => thing.includes(words)),
      words,
    );
});

test('a row of a table is enough: no file of a command, and no route, is named elsewhere', () => {
  const commands = fs.readdirSync(path.join(ROOT, 'cli', 'commands')).map((file) => path.basename(file, '.js'));
  const listed = [...read('cli/commands.js').matchAll(/require\('\.\/commands\/([\w-]+)'\)/g)].map(([, name]) => name);
  assert.deepEqual(listed.sort(), commands.sort());
  assert.ok(placesOf('a command').includes('cli/commands.js'));
  const { ROUTES } = require('../../http/routes');
  assert.ok(ROUTES.length > 5);
  assert.ok(placesOf('a route').includes('http/routes.js'));
});

test('a kind of leak is in one file of its folder, and its reasons in another', () => {
  assert.match(read('src/leaks/kind/mod.rs'), /^kinds! \{/m);
  assert.match(read('src/leaks/kind/mod.rs'), /^const QUESTIONS: /m);
  assert.match(read('src/leaks/growth/why.rs'), /pub enum Why/);
});

test('docs/leaks.md names files of the engine that are there', () => {
  const method = read('docs/leaks.md').split('## The cases')[0];
  const named = [...method.matchAll(/`((?:place|growth|suspects|explain|kind|paths)\/\w+\.rs)`/g)].map(
    ([, file]) => file,
  );
  assert.ok(named.length > 15, `${named.length} files`);
  const isThere = (/** @type {string} */ file) =>
    ['src/leaks', 'src'].some((folder) => fs.existsSync(path.join(ROOT, folder, file)));
  assert.deepEqual(
    named.filter((file) => !isThere(file)),
    [],
  );
});
