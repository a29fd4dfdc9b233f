'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const LINES = [20, 22, 24, 26];
const SMOKE = ['open', 'snapshot', 'diff', 'leaks', 'cancel', 'errors', 'client-leaves'].map((name) =>
  path.join(__dirname, `${name}.test.js`),
);

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
