'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { LINES, nodeOfLine } = require('./helpers/node-lines');

const SMOKE = ['open', 'snapshot', 'diff', 'leaks', 'cancel', 'errors', 'client-leaves'].map((name) =>
  path.join(__dirname, `${name}.test.js`),
);

// The line of this process is left out: these tests run on it anyway.
for (const line of LINES.filter((line) => nodeOfLine(line) !== process.execPath)) {
  const binary = nodeOfLine(line);
  const skip = binary ? false : 'its binary is not installed: npm ci --prefix __test__/nodes';
  test(`the package works on Node ${line}`, { skip }, () => {
    const { NODE_TEST_CONTEXT, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(binary, ['--test', ...SMOKE], { encoding: 'utf8', env });
    assert.equal(status, 0, stdout + stderr);
  });
}
