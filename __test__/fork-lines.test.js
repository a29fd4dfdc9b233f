'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { promisify } = require('node:util');
const { whyNoFork } = require('../lib/capture/fork');
const { LINES, nodeOfLine } = require('./helpers/node-lines');

const COUNT = 20;
const app = path.join(__dirname, 'fixtures', 'allocating.js');

for (const line of LINES) {
  const node = nodeOfLine(line);
  const skip = whyNoFork() ?? (node === undefined && `node${line} is not installed`);
  test(`Node ${line} is forked ${COUNT} times while it allocates`, { skip }, async (t) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
    t.after(() => fs.rmSync(dir, { recursive: true }));
    const { stdout } = await promisify(execFile)(node, [app, dir, String(COUNT)]);
    const { captures, files, descriptors, children } = JSON.parse(stdout);
    assert.deepEqual([captures.length, files, children], [COUNT, COUNT, '']);
    assert.ok(descriptors <= 0, `${descriptors} more descriptors`);
    assert.ok(
      captures.every(({ rounds }) => rounds > 0),
      JSON.stringify(captures),
    );
    t.diagnostic(`tries: ${captures.map(({ tries }) => tries).join(' ')}`);
    t.diagnostic(`pauses: ${captures.map(({ pauseMs }) => pauseMs.toFixed(1)).join(' ')} ms`);
  });
}

for (const line of LINES) {
  const node = nodeOfLine(line);
  const skip = whyNoFork() ?? (node === undefined && `node${line} is not installed`);
  test(`Node ${line} hears of the ends of its own children, and of no forked child of ours`, { skip }, async (t) => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
    t.after(() => fs.rmSync(dir, { recursive: true }));
    const { stdout } = await promisify(execFile)(node, [path.join(__dirname, 'fixtures', 'sigchld-app.js'), dir]);
    assert.deepEqual(JSON.parse(stdout), {
      modes: Array(4).fill('fork'),
      alone: 0,
      codes: [0, 1, 2, 3],
      hasHeardOfOwn: true,
    });
  });
}
