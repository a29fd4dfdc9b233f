'use strict';

// Where a path begins, in programs whose variables only work under way leads to.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { findLeaks } = require('..');
const { folder } = require('./helpers/folder');
const { LINES, nodeOfLine } = require('./helpers/node-lines');

/** An async function waits for its turn while the snapshots are taken; nothing else leads to the variables of it. */
const WAITING = `
const v8 = require('node:v8');
const path = require('node:path');
class Session { constructor(id) { this.id = id; } }
const sessions = new Map();
async function other() { for (;;) { await null; if (sessions.size > 1e9) return; } }
async function main() {
  let id = 0;
  for (const [name, count] of [['A', 20], ['B', 53], ['C', 53]]) {
    for (let turn = 0; turn < count; turn++) { await null; sessions.set(id, new Session(id++)); }
    v8.writeHeapSnapshot(path.join(process.argv[2], name + '.heapsnapshot'));
  }
  process.exit(0);
}
other();
main();
`;

for (const line of LINES) {
  const node = nodeOfLine(line);
  test(
    `on Node ${line} a path begins at the scope of the program, and not at a job that waits or at the loader`,
    { skip: node === undefined && `node${line} is not installed` },
    async (t) => {
      const root = fs.realpathSync(folder(t));
      const module = [
        "import { createRequire } from 'node:module';",
        'const require = createRequire(import.meta.url);',
        WAITING,
      ].join('\n');
      for (const [name, text] of [
        ['waiting.cjs', WAITING],
        ['waiting.mjs', module],
      ]) {
        fs.writeFileSync(path.join(root, name), text);
        execFileSync(node, [path.join(root, name), root], { stdio: 'pipe' });
        const taken = ['A', 'B', 'C'].map((file) => path.join(root, `${file}.heapsnapshot`));
        for (const compareBy of /** @type {const} */ (['ids', 'structure'])) {
          const [leak, ...more] = (await findLeaks(taken, { compareBy })).leaks;
          assert.deepEqual(more, []);
          const path = leak.retainingPath.map(({ reference, name }) => `${reference} → ${name}`);
          assert.deepEqual(path, [' → system / Context', `variable sessions in ${name} → Map`, 'Map entry → Session']);
        }
      }
    },
  );
}
