'use strict';

// Each kind of leak has a page in docs/kinds/. `leak-cases.test.js` runs the program of each and compares its verdict.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { PAGES, kinds, list } = require('../scripts/write-kinds');
const { leakCases } = require('./helpers/leak-case');
const { OF_BROWSERS, kindPage } = require('../words/kind-page');

const ROOT = path.join(__dirname, '..');
const read = (/** @type {string} */ name) => fs.readFileSync(path.join(PAGES, name), 'utf8');
const rust = fs.readFileSync(path.join(ROOT, 'src', 'leaks', 'kind', 'mod.rs'), 'utf8');
const ALL = [...rust.matchAll(/^ {4}\w+ "([\w-]+)" "/gm)].map(([, name]) => name);

test('every kind has a page, and every page a program of that kind', () => {
  assert.deepEqual([...Object.keys(kinds), ...OF_BROWSERS, 'other'].sort(), [...ALL].sort());
  const kindOf = new Map(leakCases().map(({ name, expect }) => [name, expect.kind]));
  for (const [kind, { program }] of Object.entries(kinds)) assert.equal(kindOf.get(program), kind, program);
  for (const kind of ALL) assert.ok(fs.existsSync(path.join(ROOT, kindPage(kind))), kind);
});

test('the list of kinds has all of them', () => {
  assert.equal(read('README.md'), list());
});
