'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const { findLeaks } = require('..');

const LINES = [20, 22, 24, 26];
/** One leak each in a Map, in arrays of listeners, behind a native structure, in a global. */
const CASES = ['maps-of-tenants', 'event-listeners', 'finalization-registry', 'global-dictionary'];
const SMOKE = ['open', 'snapshot', 'diff', 'leaks', 'cancel', 'errors'].map((name) => path.join(__dirname, `${name}.test.js`));

/** @param {number} line */
function binaryOf(line) {
  return path.join(__dirname, 'nodes', 'node_modules', `node${line}`, 'bin', 'node');
}

for (const line of LINES) {
  const binary = binaryOf(line);
  const skip = fs.existsSync(binary) ? false : 'its binary is not installed: npm ci --prefix __test__/nodes';
  test(`the package works on Node ${line}`, { skip }, () => {
    const { NODE_TEST_CONTEXT, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(binary, ['--test', ...SMOKE], { encoding: 'utf8', env });
    assert.equal(status, 0, stdout + stderr);
  });
}

for (const name of CASES) {
  const binaries = LINES.map(binaryOf).filter((binary) => fs.existsSync(binary));
  const skip = binaries.length > 1 ? false : 'two binaries are not installed: npm ci --prefix __test__/nodes';
  test(`the leak of ${name} has one fingerprint on all lines of Node`, { skip }, async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-lines-'));
    try {
      const fingerprints = new Set();
      for (const [at, binary] of binaries.entries()) {
        const out = path.join(folder, String(at));
        const run = path.join(__dirname, '..', 'examples', 'leaks', 'run.js');
        const { status, stderr } = spawnSync(binary, [run, `./${name}`, out], { encoding: 'utf8' });
        assert.equal(status, 0, stderr);
        const { leaks } = await findLeaks(['A', 'B', 'C'].map((file) => path.join(out, `${file}.heapsnapshot`)));
        assert.equal(leaks.length, 1, binary);
        fingerprints.add(leaks[0].fingerprint);
      }
      assert.equal(fingerprints.size, 1);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
}
