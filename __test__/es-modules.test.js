'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, test } = require('node:test');
const { findLeaks } = require('..');
const { LINES, nodeOfLine } = require('./helpers/node-lines');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-modules-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A module with imports and exports, whose variables no function of a name has. */
const MODULE = `
import makeApp, { Fastify, registry as renamed } from './dependency.mjs';
import v8 from 'node:v8';
class Session { constructor(id) { this.id = id; this.state = { id }; } }
class Order { constructor(id) { this.id = id; } }
const sessions = new Map();
function createStore() {
  let count = 5;
  const stored = [];
  return (id) => { count += 1; stored.push(new Order(id)); };
}
const remember = (globalThis.remember = createStore());
export const used = () => [makeApp, Fastify, renamed];
globalThis.sessionsOf = () => sessions;
let done = 0;
for (const name of ['a', 'b', 'c']) {
  for (const end = done + 101; done < end; done += 1) {
    sessions.set('session-' + done, new Session(done));
    remember(done);
  }
  gc();
  v8.writeHeapSnapshot(process.argv[2] + '/' + name + '.heapsnapshot');
}
`;
fs.writeFileSync(path.join(folder, 'app.mjs'), MODULE);
fs.writeFileSync(
  path.join(folder, 'dependency.mjs'),
  'export class Fastify {}\nexport const registry = new Map();\nexport default () => ({});\n',
);

for (const line of LINES) {
  const node = nodeOfLine(line);
  test(
    `on Node ${line} a variable of a module is one of its file, and not of what it imports`,
    { skip: node === undefined && `node${line} is not installed` },
    async () => {
      const out = path.join(folder, String(line));
      fs.mkdirSync(out);
      execFileSync(node, ['--expose-gc', path.join(folder, 'app.mjs'), out]);
      const { leaks } = await findLeaks(['a', 'b', 'c'].map((name) => path.join(out, `${name}.heapsnapshot`)));
      const variables = leaks
        .flatMap((leak) => leak.retainingPath.map((step) => step.reference))
        .filter((text) => text.startsWith('variable'));
      assert.ok(variables.includes('variable sessions in app.mjs'), variables.join());
      assert.ok(variables.includes('variable stored in createStore()'), variables.join());
      const others = variables.filter((text) => !/ in (app\.mjs|createStore\(\)|\S*(loader|esm)\S*)$/.test(text));
      assert.deepEqual(others, []);
    },
  );
}
