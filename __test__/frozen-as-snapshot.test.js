'use strict';

// Images in the place of snapshots: every call that opens a snapshot thaws an image, and leaves nothing behind.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { before, after, test } = require('node:test');
const { promisify } = require('node:util');
const { checkBudget, diffSnapshots, findLeaks, findSuspects, openSnapshot, redactSnapshot, thawImage } = require('..');
const { addon } = require('../lib/native');
const { whyNoFork } = require('../lib/capture/fork');
const { startViewer } = require('./helpers/viewer');

const app = path.join(__dirname, 'fixtures', 'freezing-app.js');
const cli = path.join(__dirname, '..', 'cli', 'main.js');
const skip = whyNoFork() ?? addon.cannotFreeze() ?? false;
const run = promisify(execFile);

/** @type {string} */
let directory;
/** @type {import('..').FreezeResult[]} */
let images;

before(async () => {
  if (skip) return;
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
  images = JSON.parse((await run(process.execPath, [app, directory, '3'])).stdout).images;
});

after(() => {
  assert.deepEqual(children(), []);
  if (directory) fs.rmSync(directory, { recursive: true });
});

test('a snapshot of an image says when and of which process it is', { skip }, async () => {
  const [image] = images;
  const snapshot = await openSnapshot(image.path);
  const { file, pid, takenAt, takenAtFrom, threadId, memory, idSpace } = snapshot.info;
  await snapshot.close();
  assert.deepEqual([file, pid, takenAt, takenAtFrom], [image.path, image.pid, image.startedAt, 'capture']);
  assert.deepEqual([threadId, memory?.rss, idSpace], [0, image.memory.rss, undefined]);
});

test('it is the snapshot that a thaw into a file makes', { skip }, async () => {
  const thawed = await thawImage(images[0].path, {
    path: path.join(directory, 'thawed.heapsnapshot'),
    comparable: false,
  });
  const [ofImage, ofFile] = [await openSnapshot(images[0].path), await openSnapshot(thawed.path)];
  const [one, other] = [await ofImage.summary(), await ofFile.summary()];
  await Promise.all([ofImage.close(), ofFile.close()]);
  fs.rmSync(thawed.path);
  assert.deepEqual(one.classes, other.classes);
});

test('leaks of a folder of images are found, in the order in which they were made', { skip }, async () => {
  const { leaks, snapshots } = await findLeaks([directory]);
  assert.deepEqual([leaks.length, leaks[0].className, leaks[0].countGrowth], [1, 'Session', [500, 500]]);
  assert.deepEqual(
    snapshots.map(({ takenAt }) => takenAt),
    images.map(({ startedAt }) => startedAt),
  );
  const turned = await findLeaks([images[2].path, images[0].path, images[1].path]);
  assert.equal(turned.leaks[0].fingerprint, leaks[0].fingerprint);
});

test('images and snapshots of one process are compared with each other', { skip }, async () => {
  const thawed = await thawImage(images[0].path, { path: path.join(directory, 'first.heapsnapshot.zst') });
  const diff = await diffSnapshots(thawed.path, images[2].path);
  fs.rmSync(thawed.path);
  fs.rmSync(`${thawed.path}.json`);
  assert.equal(diff.class('Session').countDelta, 1000);
});

test('an image given twice, or beside its own snapshot, is one moment', { skip }, async () => {
  const [{ path: image }, { path: last }] = [images[0], images[2]];
  const own = [];
  for (const [name, options] of Object.entries({ plain: { comparable: false }, ids: {} })) {
    own.push((await thawImage(image, { path: path.join(directory, `${name}.heapsnapshot`), ...options })).path);
  }
  for (const pair of [[image, image], ...own.map((file) => [image, file]), own]) {
    await assert.rejects(findLeaks(pair), { code: 'HEAPHOUND_ERR_SAME' }, pair.join(' '));
    await assert.rejects(findLeaks([...pair, last]), { code: 'HEAPHOUND_ERR_SAME' }, pair.join(' '));
  }
  for (const file of own) for (const end of ['', '.json']) fs.rmSync(file + end, { force: true });
});

test('suspects, budgets and redaction take an image', { skip }, async () => {
  const { suspects } = await findSuspects(images[2].path);
  assert.equal(suspects[0].className, 'Session');
  const { over } = await checkBudget(images[2].path, { classes: { Session: { count: 1499 } } });
  assert.equal(over, 1);
  const redacted = path.join(directory, 'redacted.heapsnapshot');
  await redactSnapshot(images[0].path, redacted);
  assert.equal(fs.readFileSync(redacted, 'latin1').includes('freezing-app'), true);
  fs.rmSync(redacted);
});

test('the command line takes images, and a damaged one is named', { skip }, async () => {
  const { code, stdout } = await run(process.execPath, [cli, 'leaks', directory, '--json']).catch((error) => error);
  assert.equal(code, 1);
  assert.equal(JSON.parse(stdout).leaks[0].className, 'Session');
  const cut = path.join(directory, 'cut.bin');
  fs.writeFileSync(cut, fs.readFileSync(images[0].path).subarray(0, images[0].storedBytes / 2));
  const failed = await run(process.execPath, [cli, 'summary', cut]).catch((error) => error);
  fs.rmSync(cut);
  assert.equal(failed.code, 3);
  assert.ok(failed.stderr.startsWith(`error HEAPHOUND_ERR_IMAGE: ${cut}: damaged frozen image: `), failed.stderr);
});

test('a reader that may not take the memory ends the thaw with its own reason', { skip }, async () => {
  const opening = openSnapshot(images[0].path, { maxMemoryBytes: 1e6 });
  await assert.rejects(opening, { code: 'HEAPHOUND_ERR_NO_HEADROOM', file: images[0].path });
});

test('an aborted call ends the thawed process', { skip }, async () => {
  const controller = new AbortController();
  const onProgress = ({ stage }) => stage === 'reading' && controller.abort(new Error('enough'));
  await assert.rejects(openSnapshot(images[0].path, { signal: controller.signal, onProgress }), { message: 'enough' });
});

/** Processes that this one has begun, with the names of their programs. */
function children() {
  const own = fs.readFileSync('/proc/thread-self/children', 'utf8').trim();
  return own === '' ? [] : own.split(' ').map((pid) => fs.readFileSync(`/proc/${pid}/comm`, 'utf8'));
}

test('the viewer opens an image, and one that is dropped on it', { skip }, async (t) => {
  const { ask, get, settled } = await startViewer(t, [images[0].path]);
  const alone = await settled();
  assert.deepEqual([alone.files[0].state, alone.files[0].info.pid], ['ready', images[0].pid]);
  await ask('/api/files?name=b.frozen', { method: 'POST', body: fs.createReadStream(images[1].path) });
  const { files } = await settled();
  assert.deepEqual(
    files.map(({ state }) => state),
    ['ready', 'ready'],
  );
  assert.ok((await get('/api/compare/all')).total > 0);
});
