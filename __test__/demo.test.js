'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { promisify } = require('node:util');

const DEMO = path.join(__dirname, '..', 'examples', 'blog', 'demo.js');

test('the demo names the Map that leaks, and nothing once it is fixed', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [DEMO], { cwd: path.join(__dirname, '..') });
  const [leaking, fixed] = stdout.split('== The same with the leak fixed');
  assert.match(leaking, /Verdict: Session leaks \(\+211, \+211\), held by "sessions", examples\/blog\/session-store\.js:\d+/);
  assert.match(fixed, /Verdict: no leak\./);
  assert.match(fixed, /Both verdicts are right\./);
});
