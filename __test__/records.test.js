'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { captureSnapshot, openSnapshot, openStore } = require('..');
const { REPLACED_MEMBERS, STORE_MEMBERS, storeRecord } = require('../lib/records');

const FIXTURE = 'golden/growth-after.heapsnapshot.gz';

const documentOf = (file) => JSON.parse(fs.readFileSync(`${file}.json`, 'utf8'));

test('a store record is a capture record with the members of the store, and no others', async (t) => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-records-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  const options = { mode: 'inline' };
  const { path: file, ...result } = await captureSnapshot({ ...options, path: path.join(dir, 'a.heapsnapshot') });
  const captured = documentOf(file);
  assert.deepEqual(Object.keys(captured).sort(), ['version', ...Object.keys(result)].sort());

  const store = await openStore({ dir: path.join(dir, 'store') });
  const { location } = await store.capture((target) => captureSnapshot({ ...options, ...target }));
  await store.close();
  const stored = documentOf(location);
  const own = Object.keys(stored).filter((name) => !(name in captured));
  assert.deepEqual(own.sort(), STORE_MEMBERS.filter((name) => name !== 'encrypted').sort());
  assert.deepEqual(
    Object.keys(captured).filter((name) => !(name in stored)),
    [],
  );
});

test('a store record gives other values to the members that it says, and to no others', () => {
  const captured = { reason: 'forked', storedBytes: 1, sha256: 'a', rawBytes: 9, mode: 'fork', path: '/tmp/a' };
  const about = { id: 'x', trigger: 'manual', reason: 'memory rises', tags: [] };
  const stored = storeRecord(about, captured, { location: 's3://b/k', storedBytes: 2, sha256: 'b', encrypted: 'age' });
  const replaced = Object.keys(captured).filter((name) => name !== 'path' && stored[name] !== captured[name]);
  assert.deepEqual(replaced.sort(), [...REPLACED_MEMBERS].sort());
  assert.equal(stored.path, undefined, 'a path of the capture is none of the store');
});

test('a user sees the members of index.d.ts on a snapshot, and nothing that is for this package', async (t) => {
  const snapshot = await openSnapshot(path.join(__dirname, 'fixtures', FIXTURE));
  t.after(() => snapshot.close());
  const declared = fs
    .readFileSync(path.join(__dirname, '..', 'index.d.ts'), 'utf8')
    .match(/export interface Snapshot extends AsyncDisposable \{\n([^]*?)\n\}/)[1];
  const members = [...declared.matchAll(/^  (?:readonly )?(\w+)[(:]/gm)].map(([, member]) => member);
  const { constructor: Class } = snapshot;
  assert.deepEqual(Object.keys(snapshot), []);
  assert.deepEqual(Object.getOwnPropertyNames(Class.prototype).sort(), ['constructor', ...members].sort());
  assert.deepEqual(Object.getOwnPropertyNames(Class).sort(), ['length', 'name', 'prototype']);
});
