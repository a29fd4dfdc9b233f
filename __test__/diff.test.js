'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { diffSnapshots, openSnapshot } = require('..');
const { AFTER, BEFORE, GOLDEN } = require('./helpers/golden');

const expected = JSON.parse(fs.readFileSync(path.join(GOLDEN, 'growth.diff.json'), 'utf8'));

test('diff has the rows of DevTools, and says more', async () => {
  const document = await diffSnapshots(BEFORE, AFTER);
  assert.equal(document.comparison.ids, true);
  assert.match(document.comparison.reason, /name the same object/);
  assert.equal(document.before.file, BEFORE);
  assert.equal(document.after.file, AFTER);
  const rows = document.classes.map(
    ({ key, name, addedCount, removedCount, countDelta, addedSize, removedSize, sizeDelta }) => [
      key,
      { name, addedCount, removedCount, countDelta, addedSize, removedSize, sizeDelta },
    ],
  );
  assert.deepEqual(Object.fromEntries(rows), expected);
  for (const row of document.classes) {
    assert.ok(row.addedRetainedSize >= row.addedSize, row.key);
    assert.ok(row.addedIds.length <= 10 && row.addedIds.length <= row.addedCount);
  }
  const deltas = document.classes.map((row) => row.sizeDelta);
  assert.deepEqual(
    deltas,
    [...deltas].sort((a, b) => b - a),
  );
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
  const same = await diffSnapshots(after, after, { allow: ['same'] });
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

test('without ids classes are compared, and what only ids tell is null', async () => {
  const byIds = await diffSnapshots(BEFORE, AFTER, { limit: 1e9 });
  const { classes, resized, comparison } = await diffSnapshots(BEFORE, AFTER, { compareBy: 'structure' });
  assert.equal(comparison.ids, false);
  assert.deepEqual(resized, []);
  const known = new Map(byIds.classes.map((row) => [row.key, row]));
  for (const row of classes) {
    assert.equal(row.countDelta, known.get(row.key)?.countDelta ?? 0, row.key);
    for (const name of [
      'addedCount',
      'removedCount',
      'addedSize',
      'removedSize',
      'addedRetainedSize',
      'grownSize',
      'shrunkSize',
      'addedIds',
      'removedIds',
      'grownIds',
    ]) {
      assert.equal(row[name], null, `${row.key} ${name}`);
    }
  }
  for (const row of byIds.classes.filter((it) => it.countDelta !== 0))
    assert.ok(
      classes.some(({ key }) => key === row.key),
      row.key,
    );
});

test('snapshots of two processes are compared by class', async () => {
  const other = path.join(GOLDEN, 'n24-plain.heapsnapshot.gz');
  const { comparison, classes } = await diffSnapshots(other, AFTER, { allow: ['unrelated'] });
  assert.equal(comparison.ids, false);
  assert.match(comparison.reason, /number objects differently/);
  assert.equal(classes[0].addedCount, null);
  const forced = await diffSnapshots(other, AFTER, { compareBy: 'ids', allow: ['unrelated'] });
  assert.deepEqual([forced.comparison.ids, typeof forced.classes[0].addedCount], [true, 'number']);
  await assert.rejects(diffSnapshots(BEFORE, AFTER, { compareBy: 'name' }), { code: 'HEAPHOUND_ERR_OPTION' });
});

test('the id spaces of the sidecars decide', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-spaces-'));
  const [before, after] = [BEFORE, AFTER].map((file) => path.join(folder, path.basename(file)));
  const sidecar = (file, value) =>
    fs.writeFileSync(`${file}.json`, typeof value === 'string' ? value : JSON.stringify(value));
  const asked = async () => {
    const { comparison, after: info } = await diffSnapshots(before, after);
    return { ids: comparison.ids, spaces: /id space/.test(comparison.reason), idSpace: info.idSpace };
  };
  try {
    fs.copyFileSync(BEFORE, before);
    fs.copyFileSync(AFTER, after);
    sidecar(before, { idSpace: 'one' });
    sidecar(after, { idSpace: 'one', storedBytes: fs.statSync(after).size });
    assert.deepEqual(await asked(), { ids: true, spaces: true, idSpace: 'one' });
    const opened = await openSnapshot(after);
    assert.equal(opened.info.idSpace, 'one');
    await opened.close();
    sidecar(after, { idSpace: 'another' });
    assert.deepEqual(await asked(), { ids: false, spaces: true, idSpace: 'another' });
    // The sidecar of another file, a damaged one, none: a sample decides.
    for (const value of [{ idSpace: 'another', storedBytes: 1 }, '{', 'null', '{"idSpace":7}']) {
      sidecar(after, value);
      assert.deepEqual(await asked(), { ids: true, spaces: false, idSpace: undefined }, String(value));
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});
