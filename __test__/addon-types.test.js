'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const prettier = require('prettier');
const { definitionsFile, toDeclarations } = require('../scripts/addon-types');

const TYPES = path.join(__dirname, '..', 'lib', 'native', 'addon.d.ts');

async function generated() {
  const options = await prettier.resolveConfig(TYPES);
  const definitions = fs.readFileSync(definitionsFile(), 'utf8');
  return prettier.format(toDeclarations(definitions), { ...options, parser: 'typescript' });
}

test('lib/native/addon.d.ts is the interface that the build of the addon wrote down', async () => {
  const text = await generated();
  if (process.env.UPDATE_EXPECT) fs.writeFileSync(TYPES, text);
  assert.equal(
    fs.readFileSync(TYPES, 'utf8'),
    text,
    'the native interface changed: UPDATE_EXPECT=1 node --test __test__/addon-types.test.js',
  );
});

test('every function and class of the addon is declared, and nothing else', async () => {
  const declared = [...(await generated()).matchAll(/^export (?:class|function|declare function) (\w+)/gm)];
  const { addon } = require('../lib/native');
  assert.deepEqual(declared.map(([, name]) => name).sort(), Object.keys(addon).sort());
});

test('a definition of a kind that nobody wrote a rule for is refused by name', () => {
  const line = JSON.stringify({ kind: 'type', name: 'Fresh', js_doc: '', def: 'string' });
  assert.throws(() => toDeclarations(line), /kind type of Fresh/);
});
