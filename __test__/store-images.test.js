'use strict';

// Frozen images in stores of each kind: named and listed apart from snapshots, encrypted by whoever makes them, counted
// by quotas, and never taken for snapshots.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { once } = require('node:events');
const { test } = require('node:test');
const { captureSnapshot, openStore, thawImage } = require('..');
const { addon } = require('../lib/native');
const { whyNoFork } = require('../lib/capture/fork');
const { folder } = require('./helpers/folder');
const { startS3rver } = require('./helpers/s3-server');

const skip = whyNoFork() ?? addon.cannotFreeze() ?? false;
const IMAGE = /** @type {const} */ ({ kind: 'image', reason: 'no room' });
const AGE = 'age-encryption.org/v1\n';
const freeze = (/** @type {any} */ target) => captureSnapshot({ mode: 'freeze', queue: true, ...target });
const capture = (/** @type {any} */ target) => captureSnapshot({ queue: true, ...target });

async function keyPair() {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/**
 * What comes out is what went in.
 *
 * @param {import('node:stream').Readable} stream
 * @param {{ storedBytes: number, sha256: string }} record
 * @param {string} start
 */
async function check(stream, { storedBytes, sha256 }, start) {
  const sum = createHash('sha256');
  let [length, first] = [0, Buffer.alloc(0)];
  for await (const chunk of stream) {
    if (length === 0) first = Buffer.from(chunk.subarray(0, 64));
    length += chunk.length;
    sum.update(chunk);
  }
  assert.deepEqual([length, sum.digest('hex')], [storedBytes, sha256]);
  assert.ok(first.includes(start), start);
}

test('a directory has images beside snapshots, and its quotas count both', { skip }, async (t) => {
  const dir = path.join(folder(t), 'store');
  const { identity, recipient } = await keyPair();
  const store = await openStore({ dir, encryptTo: recipient, maxFiles: 2 });
  t.after(() => store.close());
  const snapshot = await store.capture(capture);
  const image = await store.capture(freeze, IMAGE);
  assert.deepEqual([image.kind, image.mode, image.encrypted, image.reason], ['image', 'freeze', 'age', 'no room']);
  const name = path.basename(image.location);
  assert.match(name, new RegExp(`^\\d{8}T\\d{9}Z-${image.id}\\.frozen\\.age$`));
  assert.equal(fs.statSync(image.location).mode & 0o777, 0o600);
  const ids = async (/** @type {any} */ options) => (await store.list(options)).map(({ id }) => id);
  assert.deepEqual([await ids(), await ids({ kind: 'image' })], [[snapshot.id], [image.id]]);
  assert.deepEqual(await store.get(image.id, { kind: 'image' }), image);
  await assert.rejects(store.get(image.id), { code: 'HEAPHOUND_ERR_IS_IMAGE', message: /heaphound thaw/ });
  await assert.rejects(store.source(image.id), { code: 'HEAPHOUND_ERR_IS_IMAGE' });
  await assert.rejects(store.get(snapshot.id, { kind: 'image' }), { code: 'HEAPHOUND_ERR_NOT_STORED' });
  await check(await store.read(image.id), image, AGE);
  const thawed = await thawImage(image.location, {
    path: path.join(dir, '..', 'a.heapsnapshot'),
    identities: identity,
  });
  assert.equal(thawed.pid, process.pid);
  const second = await store.capture(freeze, IMAGE);
  assert.deepEqual([await ids(), await ids({ kind: 'image' })], [[], [second.id, image.id]], 'the oldest goes');
  await store.delete(image.id);
  await store.delete(second.id);
  assert.deepEqual(fs.readdirSync(dir), [], 'nothing is left of them');
});

test('a store that encrypts keeps no image that was not encrypted', { skip }, async (t) => {
  const dir = path.join(folder(t), 'store');
  const store = await openStore({ dir, encryptTo: (await keyPair()).recipient });
  t.after(() => store.close());
  const plainly = (/** @type {any} */ { encryptTo: _, ...target }) => freeze(target);
  await assert.rejects(store.capture(plainly, IMAGE), { code: 'HEAPHOUND_ERR_STORE', message: /encryptTo/ });
  assert.deepEqual(fs.readdirSync(dir), []);
});

test('a take for snapshots makes no image, and one for images no snapshot', { skip }, async (t) => {
  const dir = path.join(folder(t), 'store');
  const store = await openStore({ dir });
  t.after(() => store.close());
  // The target of a snapshot has a compression, which an image has not.
  await assert.rejects(store.capture(/** @type {any} */ (freeze)), { code: 'HEAPHOUND_ERR_OPTION' });
  await assert.rejects(store.capture(/** @type {any} */ (capture), IMAGE), {
    code: 'HEAPHOUND_ERR_STORE',
    message: /no image/,
  });
  assert.deepEqual(fs.readdirSync(dir), []);
});

test('a bucket gets an image while it is made, encrypted or plain', { skip }, async (t) => {
  const s3 = await startS3rver(t);
  const { recipient } = await keyPair();
  for (const encryptTo of [recipient, undefined]) {
    const store = await openStore({ s3, ...(encryptTo && { encryptTo }) });
    const image = await store.capture(freeze, IMAGE);
    assert.match(image.location, new RegExp(`-${image.id}\\.frozen${encryptTo ? '\\.age' : ''}$`));
    assert.deepEqual([image.kind, image.encrypted], ['image', encryptTo && 'age']);
    assert.deepEqual([await store.list(), (await store.list({ kind: 'image' })).length], [[], 1]);
    await check(await store.read(image.id), image, encryptTo ? AGE : 'HHFROZEN');
    await assert.rejects(store.source(image.id), { code: 'HEAPHOUND_ERR_IS_IMAGE' });
    await store.delete(image.id);
    assert.deepEqual(await store.list({ kind: 'image' }), []);
    await store.close();
  }
});

test('a place of the user and a signed URL get an image with its kind and name', { skip }, async (t) => {
  const { recipient } = await keyPair();
  /** @type {any[]} */
  const metas = [];
  const custom = await openStore({
    encryptTo: recipient,
    put: async (stream, meta) => {
      metas.push(meta);
      for await (const _ of stream);
    },
  });
  const image = await custom.capture(freeze, IMAGE);
  assert.deepEqual(
    metas.map(({ object, kind, key }) => [object, kind, key.replace(/^.*(?=\.frozen)/, '')]),
    [
      ['snapshot', 'image', '.frozen.age'],
      ['sidecar', 'image', '.frozen.age.json'],
    ],
  );
  assert.deepEqual(await custom.list({ kind: 'image' }), [image]);
  await custom.close();

  const server = http.createServer((request, response) => {
    request.resume().on('end', () => response.end());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  /** @type {string[]} */
  const keys = [];
  const presigned = await openStore({
    encryptTo: recipient,
    presigned: {
      urls: ({ key, kind }) => {
        keys.push(`${kind} ${key.replace(/^.*(?=\.frozen)/, '')}`);
        return `http://127.0.0.1:${port}/${key}`;
      },
    },
  });
  await presigned.capture(freeze, IMAGE);
  assert.deepEqual(keys, ['image .frozen.age', 'undefined .frozen.age.json']);
  await presigned.close();
});
