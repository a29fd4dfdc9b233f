'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const diagnostics = require('node:diagnostics_channel');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { captureSnapshot, createService, findLeaks, openSnapshot, openStore } = require('..');

const root = path.join(__dirname, '..');
const capture = (target) => captureSnapshot({ ...target, queue: true });

function scratch(t) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-store-test-'));
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function open(t, config) {
  const store = await openStore({ dir: path.join(scratch(t), 'store'), ...config });
  t.after(() => store.close());
  return store;
}

test('a directory keeps snapshots, what is known of them, and reports; all of it is private', async (t) => {
  const dir = path.join(scratch(t), 'deep', 'store');
  const store = await open(t, { dir });
  const messages = [];
  const listen = (message) => messages.push(message);
  diagnostics.subscribe('heaphound:upload', listen);
  t.after(() => diagnostics.unsubscribe('heaphound:upload', listen));

  const stored = await store.capture(capture, { trigger: 'watch', reason: 'rising since 14:00', tags: ['eu-1'] });
  assert.match(stored.id, /^[0-9a-f]{32}$/);
  assert.equal(stored.filePath, await store.source(stored.id));
  assert.equal(fs.statSync(stored.filePath).size, stored.storedBytes);
  assert.deepEqual(await store.get(stored.id), stored);
  assert.deepEqual(await store.list(), [stored]);
  assert.deepEqual([stored.trigger, stored.reason, stored.tags], ['watch', 'rising since 14:00', ['eu-1']]);
  const snapshot = await openSnapshot(stored.filePath);
  assert.equal(snapshot.info.nodeCount, stored.nodeCount);
  assert.equal(snapshot.info.idSpace, stored.idSpace, "the store's sidecar is the capture's, and more");
  await snapshot.close();

  await store.putReport(stored.id, { leaks: [] });
  assert.deepEqual(await store.report(stored.id), { leaks: [] });
  assert.equal(fs.statSync(dir).mode & 0o777, 0o700);
  for (const name of fs.readdirSync(dir)) assert.equal(fs.statSync(path.join(dir, name)).mode & 0o777, 0o600, name);

  await store.delete(stored.id);
  assert.deepEqual(await store.list(), []);
  for (const call of ['get', 'source', 'delete', 'report'])
    await assert.rejects(store[call](stored.id), { code: 'HEAPHOUND_ERR_NOT_STORED' }, call);
  const [{ durationMs, ...message }] = messages;
  assert.ok(durationMs > 0);
  assert.deepEqual(message, { store: 'directory', id: stored.id, bytes: stored.storedBytes, result: 'stored' });
});

test('snapshots of a store are compared by id, and only the last table of ids stays', async (t) => {
  const store = await open(t);
  globalThis.pile = [];
  const ids = [];
  for (let round = 0; round < 3; round += 1) {
    for (let n = 0; n < 500; n += 1)
      globalThis.pile.push(
        new (class Piled {
          n = n;
        })(),
      );
    ids.push((await store.capture(capture)).id);
  }
  delete globalThis.pile;
  const files = await Promise.all(ids.map((id) => store.source(id)));
  assert.deepEqual([...files].sort(), files, 'names sort by time');
  const { comparison, order } = await findLeaks(files.toReversed());
  assert.deepEqual([order.sorted, order.given, order.known], [true, [2, 1, 0], true]);
  const tables = fs.readdirSync(path.dirname(await store.source(ids[0]))).filter((name) => name.endsWith('.ids'));
  if ((await store.get(ids[0])).mode !== 'fork') return;
  assert.equal(comparison.ids, true, comparison.reason);
  assert.deepEqual(tables, [`${path.basename(files[2])}.ids`]);
});

test('the oldest go first, but none that is held, by whatever process', async (t) => {
  const dir = path.join(scratch(t), 'store');
  const store = await open(t, { dir, maxFiles: 2 });
  const other = await open(t, { dir, maxFiles: 2 });
  const first = await store.capture(capture);
  const second = await store.capture(capture);
  const release = await other.hold(first.id);
  const third = await store.capture(capture);
  assert.deepEqual(
    (await store.list()).map(({ id }) => id),
    [third.id, first.id],
  );
  await assert.rejects(store.get(second.id), { code: 'HEAPHOUND_ERR_NOT_STORED' });
  await release();
  await store.capture(capture);
  await assert.rejects(store.get(first.id), { code: 'HEAPHOUND_ERR_NOT_STORED' });

  const holds = await Promise.all((await store.list()).map(({ id }) => store.hold(id)));
  let taken = false;
  await assert.rejects(
    store.capture(async () => {
      taken = true;
    }),
    { code: 'HEAPHOUND_ERR_NO_SPACE', need: 3, have: 2 },
  );
  assert.equal(taken, false, 'nothing is captured that there is no room for');
  await Promise.all(holds.map((release) => release()));
});

test('a snapshot beyond the quota of bytes is not kept, and those within it stay', async (t) => {
  const dir = path.join(scratch(t), 'store');
  const roomy = await open(t, { dir });
  const { id, storedBytes } = await roomy.capture(capture);
  const release = await roomy.hold(id);
  const tight = await open(t, { dir, maxTotalBytes: Math.floor(storedBytes * 1.5) + 20_000_000 });
  const big = async (target) => {
    const result = await capture(target);
    fs.appendFileSync(target.path, Buffer.alloc(storedBytes * 2 + 20_000_000));
    return result;
  };
  await assert.rejects(tight.capture(big), { code: 'HEAPHOUND_ERR_NO_SPACE', message: /maxTotalBytes/ });
  assert.deepEqual(
    (await roomy.list()).map((it) => it.id),
    [id],
  );
  assert.equal(fs.readdirSync(dir).filter((name) => name.endsWith('heapsnapshot.zst')).length, 1);
  await release();
});

test('a capture that fails or is aborted leaves nothing, and an id is used once', async (t) => {
  const dir = path.join(scratch(t), 'store');
  const store = await open(t, { dir });
  await assert.rejects(
    store.capture(async (target) => {
      await capture(target);
      throw new Error('afterwards');
    }),
    /afterwards/,
  );
  const control = new AbortController();
  await assert.rejects(
    store.capture(
      async (target) => {
        const result = await capture(target);
        control.abort(new Error('enough'));
        return result;
      },
      {},
      { signal: control.signal },
    ),
    /enough/,
  );
  assert.deepEqual(fs.readdirSync(dir), []);
  const { id } = await store.capture(capture);
  await assert.rejects(store.capture(capture, { id }), { code: 'HEAPHOUND_ERR_EXISTS' });
  assert.equal((await store.get(id)).id, id);
});

test('a directory that others can change is refused', async (t) => {
  const base = scratch(t);
  const at = (name) => path.join(base, name);
  fs.mkdirSync(at('open'));
  fs.chmodSync(at('open'), 0o770);
  fs.symlinkSync(base, at('link'));
  fs.writeFileSync(at('file'), '');
  for (const dir of [at('open'), at('link'), at('file'), os.tmpdir(), '/tmp']) {
    await assert.rejects(openStore({ dir }), { code: 'HEAPHOUND_ERR_STORE_DIRECTORY' }, dir);
  }
  const foreign = at('foreign');
  fs.mkdirSync(foreign);
  if (process.getuid() === 0) {
    fs.chownSync(foreign, 12345, 12345);
    await assert.rejects(openStore(foreign), { code: 'HEAPHOUND_ERR_STORE_DIRECTORY', message: /another user/ });
  }
  const store = await open(t, { dir: at('swapped') });
  fs.renameSync(at('swapped'), at('away'));
  fs.mkdirSync(at('swapped'));
  await assert.rejects(store.capture(capture), { code: 'HEAPHOUND_ERR_STORE_DIRECTORY', message: /taken its place/ });
  fs.rmdirSync(at('swapped'));
  fs.symlinkSync(at('away'), at('swapped'));
  await assert.rejects(store.capture(capture), { code: 'HEAPHOUND_ERR_STORE_DIRECTORY' });
  assert.deepEqual(fs.readdirSync(at('away')), []);
});

test('planted links are not followed', async (t) => {
  const dir = path.join(scratch(t), 'store');
  const store = await open(t, { dir });
  const secret = path.join(path.dirname(dir), 'secret');
  fs.writeFileSync(secret, '{"id":"x","startedAt":"x"}');
  const id = 'ab'.repeat(16);
  fs.symlinkSync(secret, path.join(dir, `${id}.report.json`));
  await assert.rejects(store.report(id), { code: 'HEAPHOUND_ERR_NOT_STORED' });
  await store.putReport(id, { mine: true });
  assert.equal(
    fs.readFileSync(secret, 'utf8'),
    '{"id":"x","startedAt":"x"}',
    'a link is replaced, what it names stays',
  );
  const other = 'cd'.repeat(16);
  fs.symlinkSync(secret, path.join(dir, `${other}.heapsnapshot.zst`));
  await assert.rejects(store.capture(capture, { id: other }), { code: 'HEAPHOUND_ERR_EXISTS' });
  assert.ok(fs.existsSync(secret));
});

test('files that dead processes left are removed; those that are whole stay and are listed', async (t) => {
  const dir = path.join(scratch(t), 'store');
  fs.mkdirSync(dir, { mode: 0o700 });
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const [whole, gone, table] = ['1', '2', '3'].map((digit) => digit.repeat(32));
  const age = {
    [`.heaphound-${pid}-00ff.partial`]: 120,
    [`.heaphound-${process.ppid}-00ff.partial`]: 120,
    [`.heaphound-${pid}-0100.partial`]: 0,
    [`${whole}.heapsnapshot.zst`]: 120,
    [`${gone}.heapsnapshot.zst.json`]: 120,
    [`${table}.heapsnapshot.zst.ids`]: 48 * 3600,
    'notes.txt': 1e6,
  };
  for (const [name, seconds] of Object.entries(age)) {
    const file = path.join(dir, name);
    fs.writeFileSync(file, '{}');
    fs.utimesSync(file, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);
  }
  const store = await open(t, { dir });
  const names = (files) => files.map((file) => path.basename(file)).sort();
  assert.deepEqual(
    names(store.swept.removed),
    [`.heaphound-${pid}-00ff.partial`, `${gone}.heapsnapshot.zst.json`, `${table}.heapsnapshot.zst.ids`].sort(),
  );
  assert.deepEqual(names(store.swept.unfinished), [`${whole}.heapsnapshot.zst`]);
  assert.deepEqual(
    names(fs.readdirSync(dir)),
    [
      `.heaphound-${pid}-0100.partial`,
      `.heaphound-${process.ppid}-00ff.partial`,
      `${whole}.heapsnapshot.zst`,
      'notes.txt',
    ].sort(),
  );
});

test('a lock is had by one of all processes, until it is released or over', async (t) => {
  const dir = path.join(scratch(t), 'store');
  const script = `
    require(${JSON.stringify(root)}).openStore(process.argv[1]).then(async (store) => {
      const release = await store.lock('watch', 600000);
      process.stdout.write(release ? 'got' : 'none');
    });`;
  const ask = () => execFileSync(process.execPath, ['-e', script, dir], { encoding: 'utf8' });
  const store = await open(t, { dir });
  const release = await store.lock('watch', 600_000);
  assert.equal(ask(), 'none');
  assert.equal(typeof (await store.lock('another', 1000)), 'function');
  await release();
  const rivals = await Promise.all(Array.from({ length: 8 }, () => store.lock('watch', 600_000)));
  assert.equal(rivals.filter(Boolean).length, 1);
  await rivals.find(Boolean)();
  assert.equal(ask(), 'got');
  assert.equal(await store.lock('watch', 1), undefined, 'its holder has died, its time is not over');
  for (const name of fs.readdirSync(dir).filter((it) => it.startsWith('.lock-watch-'))) {
    fs.writeFileSync(path.join(dir, name), JSON.stringify({ holder: 'dead', until: Date.now() - 1 }));
  }
  const again = await store.lock('watch', 600_000);
  assert.equal(typeof again, 'function');
  await again();
});

test(
  'a full disk is told of, and nothing stays',
  { skip: process.platform !== 'linux' || process.getuid() !== 0 ? 'needs root' : false },
  async (t) => {
    const mount = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-store-full-'));
    t.after(() => fs.rmSync(mount, { recursive: true }));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'tmpfs', mount]);
    if (mounted.status !== 0) return t.skip('no file system can be mounted here');
    try {
      await fillUp(path.join(mount, 'store'));
    } finally {
      spawnSync('umount', [mount]);
    }
  },
);

async function fillUp(dir) {
  const store = await openStore({ dir });
  const take = (target) => captureSnapshot({ ...target, checkHeadroom: false });
  await assert.rejects(store.capture(take), { code: 'HEAPHOUND_ERR_NO_SPACE' });
  await assert.rejects(store.putReport('a'.repeat(32), { text: 'x'.repeat(400_000) }), {
    code: 'HEAPHOUND_ERR_NO_SPACE',
  });
  assert.deepEqual(fs.readdirSync(dir), []);
  await store.close();
}

test('options and what a caller says of a snapshot are checked before anything is done', async (t) => {
  for (const config of [
    null,
    7,
    { dir: '' },
    { dirs: 'x' },
    { maxFiles: 0 },
    { maxTotalBytes: -1 },
    { encryptTo: [] },
    { encryptTo: 'age1nonsense' },
  ]) {
    await assert.rejects(openStore(config), { code: 'HEAPHOUND_ERR_OPTION' }, JSON.stringify(config));
  }
  const store = await open(t);
  const hostile = [
    { id: '../../etc/passwd' },
    { id: 'A'.repeat(32) },
    { trigger: 'a/b' },
    { reason: 'x'.repeat(1001) },
    { reason: 7 },
    { tags: ['a b'] },
    { tags: ['../x'] },
    { tags: Array(17).fill('a') },
    { tags: 'a' },
    { path: '/x' },
  ];
  for (const meta of hostile)
    await assert.rejects(store.capture(capture, meta), { code: 'HEAPHOUND_ERR_OPTION' }, JSON.stringify(meta));
  for (const id of ['', '..', undefined, 'a'.repeat(31)])
    await assert.rejects(store.get(id), { code: 'HEAPHOUND_ERR_OPTION' });
  await assert.rejects(store.lock('../x', 1000), { code: 'HEAPHOUND_ERR_OPTION' });
  await assert.rejects(store.putReport('a'.repeat(32), undefined), { code: 'HEAPHOUND_ERR_OPTION' });
  await store.close();
  for (const call of [() => store.list(), () => store.capture(capture), () => store.lock('a', 1)])
    await assert.rejects(call, { code: 'HEAPHOUND_ERR_CLOSED' });
});

/**
 * What a program of the same user can put in the place of a file, and what a file looks like of which somebody else
 * made something.
 */
const PLANTS = {
  'a link': (file, other) => fs.symlinkSync(other, file),
  'a FIFO': (file) => execFileSync('mkfifo', [file]),
  'a directory': (file) => fs.mkdirSync(file),
  'a socket': (file) =>
    execFileSync(
      process.execPath,
      [
        '-e',
        'require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))',
        file,
      ],
      { stdio: 'ignore' },
    ),
  'a file that others may write': (file, other) => {
    fs.copyFileSync(other, file);
    fs.chmodSync(file, 0o666);
  },
};

for (const [what, plant] of Object.entries(PLANTS)) {
  test(
    `${what} in the place of a snapshot is neither followed nor waited for`,
    { skip: process.platform === 'win32' && 'files of POSIX' },
    async (t) => {
      const store = await open(t);
      const other = path.join(scratch(t), 'secret');
      fs.writeFileSync(other, 'secret of the user');
      const { id, filePath } = await store.capture(capture);
      fs.rmSync(filePath);
      try {
        plant(filePath, other);
      } catch (error) {
        // Killed by itself: the socket stays.
        if (error.signal !== 'SIGKILL') throw error;
      }
      for (const call of ['source', 'read'])
        await assert.rejects(store[call](id), { code: 'HEAPHOUND_ERR_STORE_DIRECTORY' }, call);
      const service = createService({ store });
      await assert.rejects(service.read(id), { code: 'HEAPHOUND_ERR_STORE_DIRECTORY' });
      await service.close();
    },
  );
}

test(
  'FIFOs named like a sidecar, a report, a lock or a table are no files of the store, and hold nothing up',
  { skip: process.platform === 'win32' && 'files of POSIX' },
  async (t) => {
    const store = await open(t);
    const { id, filePath } = await store.capture(capture);
    const dir = path.dirname(filePath);
    fs.rmSync(`${filePath}.ids`, { force: true });
    for (const name of [`${filePath}.ids`, path.join(dir, `${id}.report.json`), path.join(dir, '.lock-watch-1')])
      execFileSync('mkfifo', [name]);
    // More than libuv has threads: a store that opened one of them would not come back.
    for (let count = 0; count < 8; count += 1) {
      const planted = path.join(dir, `${String(count).repeat(32)}.heapsnapshot.zst`);
      fs.writeFileSync(planted, '', { mode: 0o600 });
      execFileSync('mkfifo', [`${planted}.json`]);
    }
    assert.deepEqual(
      (await store.list()).map((one) => one.id),
      [id],
    );
    await assert.rejects(store.report(id), { code: 'HEAPHOUND_ERR_NOT_STORED' });
    await assert.rejects(store.get('0'.repeat(32)), { code: 'HEAPHOUND_ERR_NOT_STORED' });
    await (
      await store.lock('watch', 1000)
    )();
    const next = await store.capture(capture);
    assert.equal((await store.get(next.id)).id, next.id, 'the table that was put there is not read either');
  },
);

test(
  'a FIFO beside a snapshot, named like its sidecar, does not hold up opening it',
  { skip: process.platform === 'win32' && 'files of POSIX' },
  async (t) => {
    const dir = scratch(t);
    const { path: file } = await capture({ path: path.join(dir, 'a.heapsnapshot') });
    fs.rmSync(`${file}.json`);
    execFileSync('mkfifo', [`${file}.json`]);
    const snapshots = await Promise.all(Array.from({ length: 5 }, () => openSnapshot(file)));
    assert.equal(snapshots[0].info.idSpace, undefined);
    for (const snapshot of snapshots) await snapshot.close();
  },
);
