'use strict';

// Ids of forked captures on two lines of Node, in a short form. `npm run bench -- ids` has the long one, with all
// lines.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { diffSnapshots } = require('..');
const { followIds } = require('./helpers/followed-ids');

const OBJECTS = 8_000;
const CAPTURES = 3;
const CONTAINERS = 40;

for (const line of [20, 26]) {
  const binary = path.join(__dirname, 'nodes', 'node_modules', `node${line}`, 'bin', 'node');
  const missing = fs.existsSync(binary) ? false : 'its binary is not installed: npm ci --prefix __test__/nodes';
  const skip = process.platform === 'linux' ? missing : 'forks are for Linux';
  test(`objects keep their id over forked captures of Node ${line}`, { skip }, async (t) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-ids-'));
    t.after(() => fs.rmSync(dir, { recursive: true }));
    const { taken, first, last, twice, keptCount, sameCount, lost } = followIds(binary, dir, OBJECTS, CAPTURES);
    assert.ok(
      taken.every(({ idSpace }) => idSpace === taken[0].idSpace),
      JSON.stringify(taken),
    );
    assert.match(taken[0].idSpaceReason, /no capture of this thread came before/);
    assert.equal(fs.statSync(`${taken[0].file}.ids`).mode & 0o777, 0o600);
    assert.deepEqual(twice, []);
    assert.equal(keptCount, OBJECTS);
    assert.ok(sameCount >= OBJECTS * 0.99, `${sameCount} of ${OBJECTS} keep their id`);
    assert.equal(first.containers.size, CONTAINERS);
    assert.deepEqual(lost, []);

    // The class table of a diff counts what the ids say.
    const before = new Set(first.labels.values());
    const after = new Set(last.labels.values());
    const { classes } = await diffSnapshots(taken[0].file, taken.at(-1).file, { limit: 100_000 });
    const row = classes.find(({ name }) => name === 'Kept');
    assert.equal(row.addedCount, [...after].filter((id) => !before.has(id)).length);
    assert.equal(row.removedCount, [...before].filter((id) => !after.has(id)).length);
  });
}
