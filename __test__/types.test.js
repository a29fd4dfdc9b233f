'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const ts = require('typescript');
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

/** Of what is given to a function, and of what it is made of. */
const INPUT = /(Options|Request|Setting|Limits)$|^(IdRange|CatalogueRow|WatchRule|Webhook|BearerAuth)$/;
const ROOT = path.join(__dirname, '..');

test('every option may be undefined, also where TypeScript tells that from absent (exactOptionalPropertyTypes)', () => {
  const files = ['index.d.ts', 'test/index.d.ts', 'http/index.d.ts', 'lib/service/types.d.ts', 'lib/store/types.d.ts'];
  const exact = files.flatMap((file) => optionsWithoutUndefined(file).map((name) => `${file}: ${name}`));
  assert.deepEqual(exact, []);
});

/** @param {string} file */
function optionsWithoutUndefined(file) {
  const source = ts.createSourceFile(
    file,
    fs.readFileSync(path.join(ROOT, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found = [];
  const visit = (node, owner) => {
    if (ts.isPropertySignature(node) && node.questionToken && !/(^|\| )undefined$/.test(node.type?.getText() ?? ''))
      found.push(`${owner}.${node.name.getText()}`);
    ts.forEachChild(node, (child) => visit(child, owner));
  };
  const isInput = (node) =>
    (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) && INPUT.test(node.name.text);
  source.statements.filter(isInput).forEach((node) => visit(node, node.name.text));
  return found;
}
