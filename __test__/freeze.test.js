'use strict';

// Frozen images of a process that leaks, on every line of Node.js: they thaw, and the snapshots name the leak.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { promisify } = require('node:util');
const { captureSnapshot, findLeaks, openSnapshot, thawImage } = require('..');
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
        const thawed = await thawImage(image.path, { path: `${image.path}.heapsnapshot.zst` });
        assert.deepEqual([thawed.pid, thawed.node, thawed.startedAt], [image.pid, image.node, image.startedAt]);
        snapshots.push(thawed.path);
      }
      const { leaks, comparison } = await findLeaks(snapshots);
      assert.equal(comparison.ids, false, 'by structure');
      const [{ className, container, countGrowth, kind }] = leaks;
      assert.deepEqual([leaks.length, className, kind], [1, 'Session', 'growing-map']);
      assert.deepEqual([container.edge, container.name, container.location.line], ['sessions', 'Map', 19]);
      assert.deepEqual(countGrowth, [500, 500]);
      t.diagnostic(`pauses: ${images.map(({ pauseMs }) => pauseMs.toFixed(1)).join(' ')} ms`);
    },
  );
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
