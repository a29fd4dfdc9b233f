'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const heaphound = require('..');
const testing = require('../test');

test('index.d.ts declares what index.js exports', () => {
  const types = fs.readFileSync(path.join(__dirname, '..', 'index.d.ts'), 'utf8');
  const declared = [...types.matchAll(/^export function (\w+)/gm)].map((match) => match[1]);
  assert.deepEqual(Object.keys(heaphound).sort(), [...new Set(declared)].sort());
});

test('test/index.d.ts declares what test/index.js exports', () => {
  const types = fs.readFileSync(path.join(__dirname, '..', 'test', 'index.d.ts'), 'utf8');
  const declared = [...types.matchAll(/^export (?:function|const) (\w+)/gm)].map((match) => match[1]);
  assert.deepEqual(Object.keys(testing).sort(), [...new Set(declared)].sort());
});
