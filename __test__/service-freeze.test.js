'use strict';

// Frozen images that a service makes: where it was told that it may, as an operation like others, and instead of a
// snapshot that there is no room for.

const assert = require('node:assert/strict');
const diagnostics = require('node:diagnostics_channel');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const client = require('prom-client');
const { createService, observeMetrics, openStore } = require('..');
const { addon } = require('../lib/native');
const { whyNoFork } = require('../lib/capture/fork');
const { folder } = require('./helpers/folder');
const { openPaperStore } = require('./helpers/paper-store');

const skip = whyNoFork() ?? addon.cannotFreeze() ?? false;
const NO_ROOM = { maxMemoryBytes: 1 };

/** @param {import('node:test').TestContext} t @param {object} options */
async function serviceIn(t, options) {
  const dir = path.join(folder(t), 'store');
  const store = await openStore({ dir });
  const service = createService({ store, ...options });
  t.after(async () => {
    await service.close();
    await store.close();
  });
  return { dir, store, service };
}

/** @param {string} topic @param {import('node:test').TestContext} t */
function messagesOf(topic, t) {
  /** @type {any[]} */
  const messages = [];
  const listen = (/** @type {unknown} */ message) => messages.push(message);
  diagnostics.subscribe(`heaphound:${topic}`, listen);
  t.after(() => diagnostics.unsubscribe(`heaphound:${topic}`, listen));
  return messages;
}

test('a service freezes only where its owner allows it, and never what was to be redacted', async () => {
  const store = openPaperStore();
  const refused = createService({ store });
  assert.throws(() => refused.capture({ mode: 'freeze' }), {
    code: 'HEAPHOUND_ERR_FREEZE_FORBIDDEN',
    message: /`allowFreeze: true`/,
  });
  assert.equal(store.begun, 0);
  assert.deepEqual(refused.operations(), []);
  for (const options of [
    { allowFreeze: true, capture: { redact: 'strings' } },
    { whenNoRoom: 'freeze' },
    { whenNoRoom: 'freeze', allowFreeze: false },
    { allowFreeze: 'yes' },
  ])
    assert.throws(() => createService(/** @type {any} */ ({ store, ...options })), { code: 'HEAPHOUND_ERR_OPTION' });
  const allowed = createService({ store, allowFreeze: true });
  assert.throws(() => allowed.capture({ mode: 'freeze', redact: 'strings' }), { code: 'HEAPHOUND_ERR_OPTION' });
  assert.equal(store.begun, 0);
});

test('an image is an operation of its own, with messages, metrics and no analysis', { skip }, async (t) => {
  const messages = messagesOf('capture', t);
  const audit = messagesOf('audit', t);
  const registry = new client.Registry();
  const metrics = observeMetrics({ registry });
  t.after(() => metrics.stop());
  const { dir, service } = await serviceIn(t, { allowFreeze: true });
  const operation = service.capture({ mode: 'freeze', reason: 'rising', trigger: 'test' });
  assert.throws(() => service.capture(), { code: 'HEAPHOUND_ERR_BUSY' });
  const image = await operation.done;
  assert.deepEqual([image.kind, image.mode, image.id, image.reason], ['image', 'freeze', operation.id, 'rising']);
  assert.deepEqual([operation.image, operation.snapshot, operation.kind], [image, undefined, 'capture']);
  assert.equal(JSON.parse(JSON.stringify(operation)).image.id, image.id);
  assert.deepEqual([await service.snapshots(), await service.images()], [[], [image]]);
  assert.deepEqual(
    messages.map(({ event, image }) => [event, image?.id]),
    [
      ['start', undefined],
      ['end', image.id],
    ],
  );
  assert.deepEqual([audit[0].mode, audit[0].sha256, audit[0].outcome], ['freeze', image.sha256, 'done']);
  const text = await registry.metrics();
  for (const line of [
    'heaphound_captures_total{trigger="test",result="ok"} 1',
    'heaphound_frozen_images_total{trigger="test"} 1',
    'heaphound_frozen_image_pause_seconds_count 1',
    `heaphound_frozen_image_bytes{stage="raw"} ${image.rawBytes}`,
    `heaphound_frozen_image_bytes{stage="stored"} ${image.storedBytes}`,
  ])
    assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
  const snapshot = await service.capture().done;
  const isImage = { code: 'HEAPHOUND_ERR_IS_IMAGE', message: /heaphound thaw/ };
  await assert.rejects(service.leaks([snapshot.id, image.id]).done, isImage);
  await assert.rejects(service.diff([image.id, snapshot.id]).done, isImage);
  await assert.rejects(service.snapshot(image.id), isImage);
  assert.deepEqual(await service.image(image.id), image);
  await service.deleteSnapshot(image.id);
  assert.deepEqual(
    fs.readdirSync(dir).filter((name) => name.includes('.frozen')),
    [],
  );
});

test(
  'where there is no room for a snapshot an image is made, unless contents were to be redacted',
  { skip },
  async (t) => {
    const { service } = await serviceIn(t, { capture: NO_ROOM, allowFreeze: true, whenNoRoom: 'freeze' });
    assert.throws(() => service.capture({ redact: 'strings' }), { code: 'HEAPHOUND_ERR_NO_HEADROOM' });
    const operation = service.capture();
    const image = await operation.done;
    assert.deepEqual([operation.image?.id, operation.snapshot], [operation.id, undefined]);
    assert.equal(/** @type {any} */ (image).mode, 'freeze');
    const { service: without } = await serviceIn(t, { capture: NO_ROOM, allowFreeze: true });
    assert.throws(() => without.capture(), { code: 'HEAPHOUND_ERR_NO_HEADROOM', message: /whenNoRoom/ });
  },
);

test('room that is gone only when the snapshot begins gives an image, too', { skip }, async (t) => {
  const { store } = await serviceIn(t, {});
  /** In front of the store: the capture finds no room. */
  const full = {
    kind: store.kind,
    canRead: store.canRead,
    source: (/** @type {string} */ id) => store.source(id),
    capture: (/** @type {any} */ take, /** @type {any} */ meta, /** @type {any} */ options) =>
      store.capture(
        meta.kind === 'image'
          ? take
          : async () => {
              throw Object.assign(new Error('no memory is left'), { code: 'HEAPHOUND_ERR_NO_HEADROOM' });
            },
        meta,
        options,
      ),
  };
  const service = createService({ store: /** @type {any} */ (full), allowFreeze: true, whenNoRoom: 'freeze' });
  const operation = service.capture();
  await operation.done;
  assert.deepEqual([operation.status, operation.image?.kind], ['done', 'image']);
  await assert.rejects(service.capture({ redact: 'strings' }).done, { code: 'HEAPHOUND_ERR_NO_HEADROOM' });
  await service.close();
});
