'use strict';

const assert = require('node:assert/strict');
const diagnostics = require('node:diagnostics_channel');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { PassThrough } = require('node:stream');
const { buffer } = require('node:stream/consumers');
const { after, test } = require('node:test');
const { createService, openSnapshot, openStore } = require('..');
const { Admission } = require('../lib/service/admission');
const { analysisRoom } = require('../lib/service/analysis-room');
const { openPaperStore } = require('./helpers/paper-store');

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-service-'));
after(() => fs.rmSync(dir, { recursive: true, force: true }));

/** @param {object} [options] */
function onPaper(options) {
  const store = openPaperStore();
  return { store, service: createService({ store, ...options }) };
}

test('captures go into the store, and analyses come out of it, in any order of the ids', async () => {
  const store = await openStore({ dir: path.join(dir, 'all') });
  const service = createService({ store });
  const held = [];
  const ids = [];
  for (let index = 0; index < 3; index += 1) {
    const operation = service.capture({ reason: `round ${index}`, tags: ['a', 'b.c'], trigger: 'test' });
    assert.equal(operation.status, 'pending');
    const snapshot = await operation.done;
    assert.deepEqual([operation.status, operation.snapshot, snapshot.id], ['done', snapshot, operation.id]);
    assert.deepEqual([snapshot.reason, snapshot.tags, snapshot.trigger], [`round ${index}`, ['a', 'b.c'], 'test']);
    ids.push(snapshot.id);
    for (let count = 0; count < 1000; count += 1)
      held.push(
        new (class Ticket {
          number = count;
        })(),
      );
  }
  assert.deepEqual(
    (await service.snapshots()).map(({ id }) => id),
    [...ids].reverse(),
  );
  const leaks = service.leaks([ids[2], ids[0], ids[1]]);
  assert.throws(() => service.diff([ids[0], ids[1]]), { code: 'HEAPHOUND_ERR_BUSY' }, 'one analysis at a time');
  const found = await leaks.done;
  assert.deepEqual(leaks.snapshots, ids, 'oldest first');
  assert.ok(
    found.leaks.some(({ className }) => className === 'Ticket'),
    JSON.stringify(found.leaks.map(({ className }) => className)),
  );
  assert.deepEqual(await service.report(leaks.id), JSON.parse(JSON.stringify(found)));
  assert.deepEqual(await leaks.done, await service.report(leaks.id), 'later it is read from the store');
  const difference = await service.diff([ids[2], ids[0]], { limit: 5 }).done;
  assert.ok(difference.classes.length <= 5);
  assert.ok(difference.after.totalSize > difference.before.totalSize);
  await service.deleteSnapshot(ids[0]);
  await assert.rejects(service.snapshot(ids[0]), { code: 'HEAPHOUND_ERR_NOT_STORED' });
  await assert.rejects(service.leaks([ids[0], ids[1]]).done, { code: 'HEAPHOUND_ERR_NOT_STORED' });
  await service.close();
  await store.close();
});

test('a stream gets what a forked copy writes', async (t) => {
  if (createService({ store: openPaperStore() }).mode !== 'fork') return t.skip('this system does not copy processes');
  const store = openPaperStore();
  let bytes;
  let result;
  store.capture = async (take, meta) => {
    const stream = new PassThrough();
    [bytes, result] = await Promise.all([buffer(stream), take({ stream, compression: 'zstd' })]);
    return { ...meta, mode: result.mode };
  };
  const service = createService({ store });
  const operation = service.capture();
  assert.ok(service.isReady(), 'a fork holds nothing back');
  assert.equal((await operation.done).mode, 'fork');
  assert.equal(bytes.length, result.storedBytes);
  await service.close();
  const snapshot = await openSnapshot(bytes);
  assert.equal(snapshot.info.nodeCount, result.nodeCount);
  await snapshot.close();
});

test('a capture in the process is announced by isReady, and not begun before the time is over', async () => {
  const store = await openStore({ dir: path.join(dir, 'inline') });
  const service = createService({ store, capture: { mode: 'inline' }, drainMs: 50 });
  assert.ok(service.isReady());
  const operation = service.capture();
  while (operation.status !== 'done' && service.isReady()) await new Promise(setImmediate);
  assert.equal(operation.status, 'running', 'it is not ready while the capture waits');
  assert.equal((await operation.done).mode, 'inline');
  assert.ok(service.isReady());
  assert.throws(
    () => service.capture(),
    { code: 'HEAPHOUND_ERR_COOLDOWN' },
    'what held the thread has a cooldown by default',
  );
  await service.close();
});

test('one capture at a time, not too soon, not too many a day', () => {
  const hour = 3600_000;
  const admission = new Admission({ cooldownMs: 1000, maxPerDay: 2 });
  const leave = admission.enter(0);
  assert.throws(() => admission.enter(0), { code: 'HEAPHOUND_ERR_BUSY' });
  leave({ mode: 'fork' }, 10);
  assert.throws(
    () => admission.enter(1009),
    (error) => error.code === 'HEAPHOUND_ERR_COOLDOWN' && error.retryAfterMs === 1,
  );
  admission.enter(1010)({ mode: 'fork' }, 1020);
  assert.throws(
    () => admission.enter(hour),
    (error) => error.code === 'HEAPHOUND_ERR_DAY_LIMIT' && error.retryAfterMs === 23 * hour,
  );
  admission.enter(24 * hour)({ mode: 'fork' }, 24 * hour);

  const lenient = new Admission({ maxPerDay: 1 });
  lenient.enter(0)({ code: 'HEAPHOUND_ERR_NO_HEADROOM' }, 0);
  lenient.enter(0)({ mode: 'fork', code: 'HEAPHOUND_ERR_CAPTURE' }, 0);
  assert.throws(
    () => lenient.enter(0),
    { code: 'HEAPHOUND_ERR_DAY_LIMIT' },
    'what did nothing does not count, what failed does',
  );
});

test('operations can be watched and cancelled, and the oldest are forgotten', async () => {
  const { store, service } = onPaper({ limits: { maxHistory: 2 } });
  let go;
  const waiting = service.capture({ after: new Promise((resolve) => (go = resolve)) });
  assert.equal(waiting.status, 'pending');
  assert.throws(() => service.capture(), { code: 'HEAPHOUND_ERR_BUSY' }, 'its place is taken at once');
  assert.equal(service.cancel(waiting.id), waiting);
  go();
  await assert.rejects(waiting.done, { code: 'HEAPHOUND_ERR_CANCELLED' });
  assert.deepEqual([waiting.status, store.begun], ['cancelled', 0]);

  const running = service.capture();
  await store.whenBegun();
  service.cancel(running.id);
  await assert.rejects(running.done, { code: 'HEAPHOUND_ERR_CANCELLED' });
  store.isGated = false;
  const last = service.capture();
  await last.done;
  assert.deepEqual(
    service.operations().map(({ id }) => id),
    [last.id, running.id],
  );
  assert.throws(() => service.operation(waiting.id), { code: 'HEAPHOUND_ERR_NO_OPERATION' });
  service.cancel(last.id);
  assert.equal(last.status, 'done', 'what is over stays as it is');
});

test('closing ends what runs, begins nothing, and does not wait for ever', async () => {
  const { store, service } = onPaper();
  const running = service.capture();
  await store.whenBegun();
  await service.close();
  await assert.rejects(running.done, { code: 'HEAPHOUND_ERR_SHUTDOWN' });
  assert.throws(() => service.capture(), { code: 'HEAPHOUND_ERR_SHUTDOWN' });
  assert.throws(() => service.leaks(['0'.repeat(32), '1'.repeat(32)]), { code: 'HEAPHOUND_ERR_SHUTDOWN' });

  const deaf = onPaper({ closeTimeoutMs: 1 });
  deaf.store.capture = () => new Promise(() => {});
  deaf.service.capture();
  await deaf.service.close();
});

test('captures and refusals are published on diagnostics_channel', async () => {
  const { store, service } = onPaper({ limits: { maxPerDay: 2 } });
  const heard = [];
  const channels = ['heaphound:capture', 'heaphound:refused'];
  const listen = (message, name) =>
    heard.push([name.slice(10), message.event ?? message.code, message.trigger, message.by]);
  for (const channel of channels) diagnostics.subscribe(channel, listen);
  try {
    store.isGated = false;
    await service.capture({ trigger: 'watch', by: 'rule' }).done;
    store.capture = async () => {
      throw Object.assign(new Error('full'), { code: 'HEAPHOUND_ERR_NO_SPACE' });
    };
    const failed = service.capture();
    await assert.rejects(failed.done, { code: 'HEAPHOUND_ERR_NO_SPACE' });
    assert.deepEqual(failed.error, { code: 'HEAPHOUND_ERR_NO_SPACE', message: 'full' });
    assert.throws(() => service.capture({ trigger: 'x' }), { code: 'HEAPHOUND_ERR_DAY_LIMIT' });
  } finally {
    for (const channel of channels) diagnostics.unsubscribe(channel, listen);
  }
  assert.deepEqual(heard, [
    ['capture', 'start', 'watch', undefined],
    ['capture', 'end', 'watch', undefined],
    ['capture', 'start', 'manual', undefined],
    ['capture', 'fail', 'manual', undefined],
    ['refused', 'HEAPHOUND_ERR_DAY_LIMIT', 'x', undefined],
  ]);
});

test('an analysis for which there is no room is refused, by its own limit and by what the system leaves', async () => {
  const [a, b] = ['0'.repeat(32), '1'.repeat(32)];
  const withCounts = async (counts, analysis) => {
    const { store, service } = onPaper({ analysis });
    store.isGated = false;
    for (const id of [a, b]) Object.assign(await store.capture(undefined, { id }, {}), counts);
    let asked = 0;
    store.source = async () => {
      asked += 1;
      throw new Error('it was opened');
    };
    const error = await service.leaks([a, b]).done.catch((reason) => reason);
    await service.close();
    return { code: error.code, message: error.message, need: error.need, have: error.have, asked };
  };
  const small = await withCounts({ nodeCount: 1e6, edgeCount: 3e6 }, { maxMemoryBytes: 50e6 });
  assert.deepEqual(
    [small.code, small.have, small.need > 100e6, small.asked],
    ['HEAPHOUND_ERR_NO_HEADROOM', 50e6, true, 0],
    small.message,
  );
  assert.match(small.message, /analysis\.maxMemoryBytes/);
  const large = await withCounts({ nodeCount: 1e12, edgeCount: 3e12 });
  assert.deepEqual([large.code, large.asked], ['HEAPHOUND_ERR_NO_HEADROOM', 0], large.message);
  assert.equal(
    (await withCounts({ nodeCount: 1e12, edgeCount: 3e12 }, { checkHeadroom: false })).message,
    'it was opened',
  );
  assert.equal((await withCounts({}, { maxMemoryBytes: 50e6 })).message, 'it was opened', 'nothing is known of it');
  const room = { bytes: 1e9, limit: 'the control group' };
  assert.throws(() => analysisRoom([{ nodeCount: 2e7, edgeCount: 0 }], { room }), {
    code: 'HEAPHOUND_ERR_NO_HEADROOM',
    have: 750e6,
  });
});

test('an analysis ends by its deadline, also in a store that never answers, and the next one may begin', async () => {
  const { store, service } = onPaper({ analysis: { timeoutMs: 1 } });
  const [a, b] = ['0'.repeat(32), '1'.repeat(32)];
  store.get = () => new Promise(() => {});
  const late = service.diff([a, b]);
  // Timers of operations keep no process alive.
  const awake = setInterval(() => {}, 1000);
  await assert.rejects(late.done, { code: 'HEAPHOUND_ERR_TIMEOUT' });
  assert.equal(late.status, 'failed');
  await assert.rejects(service.diff([a, b]).done, { code: 'HEAPHOUND_ERR_TIMEOUT' });
  clearInterval(awake);
  await service.close();
});

test('options of the service are checked', () => {
  const store = openPaperStore();
  for (const options of [
    undefined,
    {},
    { store: {} },
    { store, mode: 'fork' },
    { store, capture: { path: 'x' } },
    { store, limits: { cooldown: 1 } },
    { store, analysis: { timeoutMs: 0 } },
    { store, analysis: { threads: 1 } },
    { store, log: {} },
    { store, threads: 0 },
  ]) {
    assert.throws(() => createService(options), { code: 'HEAPHOUND_ERR_OPTION' }, JSON.stringify(options));
  }
  const service = createService({ store });
  const id = '0'.repeat(32);
  for (const request of [
    { reason: 7 },
    { reason: 'x'.repeat(1001) },
    { tags: 'a' },
    { tags: ['../x'] },
    { tags: Array(17).fill('a') },
    { trigger: 'A' },
    { path: '/x' },
    { redact: 'all' },
    { after: 1 },
  ]) {
    assert.throws(() => service.capture(request), { code: 'HEAPHOUND_ERR_OPTION' }, JSON.stringify(request));
  }
  for (const ids of [
    undefined,
    [],
    [id],
    [id, id],
    [id, '../x'],
    [id, 7],
    Array.from({ length: 11 }, (_, index) => String(index).padStart(32, '0')),
  ]) {
    assert.throws(() => service.leaks(ids), { code: 'HEAPHOUND_ERR_OPTION' }, JSON.stringify(ids));
  }
  assert.throws(() => service.diff([id, '1'.repeat(32), '2'.repeat(32)]), { code: 'HEAPHOUND_ERR_OPTION' });
  assert.throws(() => service.leaks([id, '1'.repeat(32)], { limit: 1001 }), { code: 'HEAPHOUND_ERR_OPTION' });
  assert.equal(store.begun, 0);
});
