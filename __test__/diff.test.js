'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { diffSnapshots, openSnapshot } = require('..');

const GOLDEN = path.join(__dirname, 'fixtures', 'golden');
const BEFORE = path.join(GOLDEN, 'growth-before.heapsnapshot.gz');
const AFTER = path.join(GOLDEN, 'growth-after.heapsnapshot.gz');
const expected = JSON.parse(fs.readFileSync(path.join(GOLDEN, 'growth.diff.json'), 'utf8'));

test('diff has the rows of DevTools, and says more', async () => {
  const document = await diffSnapshots(BEFORE, AFTER);
  assert.equal(document.comparable, true);
  assert.equal(document.before.file, BEFORE);
  assert.equal(document.after.file, AFTER);
  const rows = document.classes.map(({ key, name, addedCount, removedCount, countDelta, addedSize, removedSize, sizeDelta }) => [
    key,
    { name, addedCount, removedCount, countDelta, addedSize, removedSize, sizeDelta },
  ]);
  assert.deepEqual(Object.fromEntries(rows), expected);
  for (const row of document.classes) {
    assert.ok(row.addedRetainedSize >= row.addedSize, row.key);
    assert.ok(row.addedIds.length <= 10 && row.addedIds.length <= row.addedCount);
  }
  const deltas = document.classes.map((row) => row.sizeDelta);
  assert.deepEqual(deltas, [...deltas].sort((a, b) => b - a));
});

test('opened snapshots give the same and stay open', async () => {
  const before = await openSnapshot(BEFORE);
  const after = await openSnapshot(fs.readFileSync(AFTER));
  const opened = await diffSnapshots(before, after);
  const read = await diffSnapshots(fs.createReadStream(BEFORE), AFTER);
  assert.deepEqual(opened.classes, read.classes);
  assert.deepEqual(opened.resized, read.resized);
  assert.equal(before.closed || after.closed, false);
  const added = opened.classes.find((row) => row.addedIds.length > 0);
  assert.equal((await after.node(added.addedIds[0])).key, added.key);
  const same = await diffSnapshots(after, after);
  assert.deepEqual(same.classes, []);
  await before.close();
  await after.close();
  await assert.rejects(diffSnapshots(before, AFTER), { code: 'HEAPHOUND_ERR_CLOSED' });
});

test('diff sorts and cuts', async () => {
  const { classes } = await diffSnapshots(BEFORE, AFTER, { sort: 'addedCount', limit: 3, ids: 1 });
  assert.equal(classes.length, 3);
  assert.ok(classes[0].addedCount >= classes[1].addedCount);
  assert.ok(classes.every((row) => row.addedIds.length === 1));
});

test('the error of either side rejects', async () => {
  await assert.rejects(diffSnapshots(path.join(GOLDEN, 'none'), AFTER), { code: 'HEAPHOUND_ERR_IO' });
  await assert.rejects(diffSnapshots(BEFORE, Buffer.from('[]')), { code: 'HEAPHOUND_ERR_FOREIGN' });
});
