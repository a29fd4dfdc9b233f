'use strict';

// Each kind of leak has a page in docs/kinds/, whose program runs here and has the verdict that the page shows.
// UPDATE_EXPECT=1 writes the pages anew.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it, test } = require('node:test');
const { PAGES, kinds, list, page, verdictsOf } = require('../scripts/write-kinds');
const { stable } = require('../scripts/write-outputs');
const { leakCases } = require('./helpers/leak-case');
const { OF_BROWSERS, kindPage } = require('../words/kind-page');

const ROOT = path.join(__dirname, '..');
const read = (/** @type {string} */ name) => fs.readFileSync(path.join(PAGES, name), 'utf8');
const rust = fs.readFileSync(path.join(ROOT, 'src', 'leaks', 'kind', 'mod.rs'), 'utf8');
const ALL = [...rust.matchAll(/^ {4}\w+ "([\w-]+)" "/gm)].map(([, name]) => name);

describe('the page of a kind has its program, its verdict and its repair', () => {
  for (const kind of Object.keys(kinds)) {
    it(kind, () => {
      const expected = page(kind, verdictsOf(kind));
      if (process.env.UPDATE_EXPECT) fs.writeFileSync(path.join(PAGES, `${kind}.md`), expected);
      else assert.deepEqual(stable(read(`${kind}.md`)).split('\n'), stable(expected).split('\n'));
    });
  }
});

test('every kind has a page, and every page a program of that kind', () => {
  assert.deepEqual([...Object.keys(kinds), ...OF_BROWSERS, 'other'].sort(), [...ALL].sort());
  const kindOf = new Map(leakCases().map(({ name, expect }) => [name, expect.kind]));
  for (const [kind, { program }] of Object.entries(kinds)) assert.equal(kindOf.get(program), kind, program);
  for (const kind of ALL) assert.ok(fs.existsSync(path.join(ROOT, kindPage(kind))), kind);
});

test('the list of kinds has all of them', () => {
  assert.equal(read('README.md'), list());
});
