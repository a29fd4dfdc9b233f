'use strict';

// Frozen images of a process that leaks, on every line of Node.js: they thaw, and the snapshots name the leak.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { promisify } = require('node:util');
const { captureSnapshot, diffSnapshots, findLeaks, openSnapshot, thawImage } = require('..');
const { addon } = require('../lib/native');
const { whyNoFork } = require('../lib/capture/fork');
const { folder } = require('./helpers/folder');
const { LINES, nodeOfLine } = require('./helpers/node-lines');

const app = path.join(__dirname, 'fixtures', 'freezing-app.js');
const skip = whyNoFork() ?? addon.cannotFreeze() ?? false;
const run = promisify(execFile);

for (const line of LINES) {
  const node = nodeOfLine(line);
  const missing = skip || (node === undefined && `node${line} is not installed`);
  test(
    `Node ${line} is frozen three times, and the snapshots of its images name the leak`,
    { skip: missing },
    async (t) => {
      const directory = folder(t);
      const { stdout } = await run(node, [app, directory, '3']);
      const { images, descriptors, children } = JSON.parse(stdout);
      assert.deepEqual([images.length, descriptors, children], [3, 0, '']);
      const snapshots = [];
      for (const image of images) {
        assert.equal(image.mode, 'freeze');
        assert.equal(fs.statSync(image.path).mode & 0o777, 0o600);
        const previous = snapshots.at(-1);
        const thawed = await thawImage(image.path, { path: `${image.path}.heapsnapshot.zst`, previous });
        assert.equal(thawed.idSpaceReason === undefined, previous !== undefined, thawed.idSpaceReason);
        assert.deepEqual([thawed.pid, thawed.node, thawed.startedAt], [image.pid, image.node, image.startedAt]);
        snapshots.push(thawed.path);
      }
      const diff = await diffSnapshots(snapshots[0], snapshots[2]);
      assert.deepEqual([diff.class('Session').addedCount, diff.class('Session').removedCount], [1000, 0]);
      for (const compareBy of /** @type {const} */ (['ids', 'structure'])) {
        const { leaks, comparison } = await findLeaks(snapshots, { compareBy });
        assert.equal(comparison.ids, compareBy === 'ids', comparison.reason);
        const [{ className, container, countGrowth, kind }] = leaks;
        assert.deepEqual([leaks.length, className, kind], [1, 'Session', 'growing-map']);
        assert.deepEqual([container.edge, container.name, container.location.line], ['sessions', 'Map', 19]);
        assert.deepEqual(countGrowth, [500, 500]);
      }
      t.diagnostic(`pauses: ${images.map(({ pauseMs }) => pauseMs.toFixed(1)).join(' ')} ms`);
    },
  );
}

test('the text of Node.js comes from the same program, or is in the image', { skip }, async (t) => {
  const node = LINES.map((line) => nodeOfLine(line)).find((file) => file !== undefined && !isOwn(file));
  if (node === undefined) return t.skip('no other Node.js is installed');
  const directory = folder(t);
  const at = (/** @type {string} */ name) => path.join(directory, name);
  for (const name of ['away', 'images', 'whole']) fs.mkdirSync(at(name));
  fs.copyFileSync(node, at('node'));
  const { stdout } = await run(at('node'), [app, at('images'), '1']);
  const [{ storedBytes }] = JSON.parse(stdout).images;
  const whole = await run(at('node'), [app, at('whole'), '1'], { env: { ...process.env, SELF_CONTAINED: 'yes' } });
  assert.ok(JSON.parse(whole.stdout).images[0].storedBytes > 2 * storedBytes);
  const thaw = (/** @type {string} */ image, /** @type {string} */ name, /** @type {string} */ files) =>
    thawImage(image, { path: at(name), files });
  const here = await thaw(at('images/1.frozen'), 'here.heapsnapshot', at('away'));
  fs.renameSync(at('node'), at('away/node'));
  await assert.rejects(thawImage(at('images/1.frozen'), { path: at('none.heapsnapshot') }), {
    code: 'HEAPHOUND_ERR_THAW',
    message: /\/node \(build id [0-9a-f]+; there is no such file\), whose text is not in the image.*--files DIR/,
  });
  assert.equal(fs.existsSync(at('none.heapsnapshot')), false);
  const moved = await thaw(at('images/1.frozen'), 'moved.heapsnapshot', at('away'));
  assert.equal(moved.nodeCount, here.nodeCount);
  // Another program of that name is not taken.
  fs.copyFileSync(process.execPath, at('away/node'));
  await assert.rejects(thaw(at('images/1.frozen'), 'other.heapsnapshot', at('away')), {
    code: 'HEAPHOUND_ERR_THAW',
    message: /is another file, with build id|there is no such file/,
  });
  await thawImage(at('whole/1.frozen'), { path: at('whole.heapsnapshot') });
});

/** @param {string} node */
function isOwn(node) {
  const { size } = fs.statSync(process.execPath);
  return fs.statSync(node).size === size;
}

test('an image goes on with the ids of a forked capture of the process, in one line', { skip }, async (t) => {
  const directory = folder(t);
  const at = (/** @type {string} */ name) => path.join(directory, name);
  const captured = await captureSnapshot({ mode: 'fork', path: at('1.heapsnapshot') });
  const [second, third] = [at('2.frozen'), at('3.frozen')];
  const held = Array.from({ length: 700 }, (_, n) => new Held(n));
  await captureSnapshot({ mode: 'freeze', path: second });
  held.push(...Array.from({ length: 700 }, (_, n) => new Held(700 + n)));
  await captureSnapshot({ mode: 'freeze', path: third });
  const thawed = await thawImage(second, { path: at('2.heapsnapshot'), previous: captured.path });
  assert.equal(thawed.idSpace, captured.idSpace, thawed.idSpaceReason);
  const diff = await diffSnapshots(captured.path, thawed.path);
  assert.deepEqual([diff.comparison.ids, diff.class('Held').addedCount], [true, 700], diff.comparison.reason);
  // A table leads to one snapshot: two that go on from it would give one id to two objects.
  const wrong = { code: 'HEAPHOUND_ERR_OPTION' };
  await assert.rejects(thawImage(third, { path: at('3.heapsnapshot'), previous: captured.path }), {
    ...wrong,
    message: /needs the table of ids .*1\.heapsnapshot\.ids/,
  });
  await assert.rejects(thawImage(second, { path: at('3.heapsnapshot'), previous: thawed.path }), {
    ...wrong,
    message: /must be earlier than the image/,
  });
  fs.copyFileSync(`${thawed.path}.ids`, at('kept'));
  const next = await thawImage(third, { path: at('3.heapsnapshot'), previous: thawed.path });
  assert.equal((await diffSnapshots(thawed.path, next.path)).class('Held').addedCount, 700);
  fs.copyFileSync(at('kept'), `${thawed.path}.ids`);
  const foreign = path.join(directory, 'foreign');
  fs.mkdirSync(foreign);
  await run(process.execPath, [app, foreign, '1']);
  const other = await thawImage(path.join(foreign, '1.frozen'), {
    path: at('other.heapsnapshot'),
    previous: thawed.path,
  });
  assert.equal(other.idSpaceReason, 'the id table is of another process');
  assert.equal(held.length, 1400);
});

class Held {
  /** @param {number} n */
  constructor(n) {
    this.text = `held ${n}`;
  }
}

test("a worker's heap is frozen in the worker", { skip }, async (t) => {
  const directory = folder(t);
  const { stdout } = await run(process.execPath, [app, directory, '1', 'worker']);
  const [image] = JSON.parse(stdout).images;
  assert.equal(image.threadId, 1);
  const thawed = await thawImage(image.path, { path: path.join(directory, 'worker.heapsnapshot') });
  assert.equal(thawed.threadId, 1);
  const snapshot = await openSnapshot(thawed.path);
  t.after(() => snapshot.close());
  const found = await snapshot.query({ className: '^Session$' });
  assert.ok(JSON.stringify(found).includes('Session'));
});

test('where there is no room for a snapshot an image is made, if it is asked for', { skip }, async (t) => {
  const directory = folder(t);
  const at = (/** @type {string} */ name) => path.join(directory, name);
  const full = { maxMemoryBytes: 1 };
  const code = 'HEAPHOUND_ERR_NO_HEADROOM';
  await assert.rejects(captureSnapshot({ ...full, path: at('refused') }), { code, message: /`whenNoRoom: 'freeze'`/ });
  const image = await captureSnapshot({ ...full, path: at('full.heapsnapshot.zst'), whenNoRoom: 'freeze' });
  assert.deepEqual([image.mode, image.path], ['freeze', at('full.heapsnapshot.zst.frozen')]);
  assert.deepEqual(fs.readdirSync(directory), ['full.heapsnapshot.zst.frozen']);
  const thawed = await thawImage(image.path, { path: at('full.heapsnapshot.zst') });
  assert.equal(thawed.pid, process.pid);
  const taken = await captureSnapshot({ path: at('room.heapsnapshot.zst'), whenNoRoom: 'freeze' });
  assert.notEqual(taken.mode, 'freeze');
  for (const wrong of [
    { whenNoRoom: 'wait', path: at('a') },
    { whenNoRoom: 'freeze' },
    { whenNoRoom: 'freeze', path: at('a'), redact: 'strings' },
    { whenNoRoom: 'freeze', path: at('a'), dir: directory },
  ])
    await assert.rejects(captureSnapshot(/** @type {any} */ (wrong)), { code: 'HEAPHOUND_ERR_OPTION' });
});
