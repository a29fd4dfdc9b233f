'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { promisify } = require('node:util');

const ROOT = path.join(__dirname, '..');
const run = (demo) =>
  promisify(execFile)(process.execPath, [path.join(ROOT, 'examples', demo, 'demo.js')], { cwd: ROOT });

test('the demo names the Map that leaks, and nothing once it is fixed', async () => {
  const { stdout } = await run('blog');
  const [leaking, fixed] = stdout.split('== The same with the leak fixed');
  assert.match(
    leaking,
    /Verdict: Session leaks \(\+211, \+211\), held by "sessions", examples\/blog\/session-store\.js:\d+/,
  );
  assert.match(fixed, /Verdict: no leak\./);
  assert.match(fixed, /Both verdicts are right\./);
  const [, fingerprint, ...files] = /^ *heaphound explain (\S+) (\S+) (\S+) (\S+)$/m.exec(leaking);
  for (const file of files) assert.ok(fs.existsSync(file), `${file} of explain ${fingerprint} is there`);
});

test('in production the watcher notices, the bucket has three snapshots and the verdict, and the alarm names the Map', async () => {
  const { stdout } = await run('production');
  const [healthy, leaking] = stdout.split('the payment provider stops answering');
  assert.doesNotMatch(healthy, /watcher:|snapshot:/);
  assert.equal(leaking.match(/snapshot: [\d.]+ MB to s3:\/\/dumps\//g)?.length, 3);
  assert.match(leaking, /ALARM heap-trend: .*; Order piles up in \w+\.unanswered, a Map: .*payments\.js:\d+/);
  assert.match(leaking, /this\.unanswered = new Map\(\);/);
  assert.doesNotMatch(leaking, /^ {2}NO /m);
});
