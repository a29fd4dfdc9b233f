'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const ROOT = path.join(__dirname, '..');
/** @returns {Promise<{ code: number | null, stdout: string }>} */
const run = (demo) =>
  new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [path.join(ROOT, 'examples', demo, 'demo.js')],
      { cwd: ROOT },
      (_, stdout, stderr) => resolve({ code: child.exitCode, stdout: `${stdout}${stderr}` }),
    );
  });

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

test('in production the watcher notices', async (t) => {
  const { code, stdout } = await run('production');
  const [healthy, leaking] = stdout.split('the payment provider stops answering');
  // Each has a name of its own, so that a failure says what was not so.
  const holds = (/** @type {string} */ what, /** @type {() => void} */ check) =>
    t.test(what, () => {
      try {
        check();
      } catch (error) {
        error.message += `\n${stdout}`;
        throw error;
      }
    });
  await holds('no alarm comes while all is well', () => assert.doesNotMatch(healthy, /ALARM/));
  await holds('an alarm comes when orders pile up', () => assert.match(leaking ?? '', /ALARM heap-trend: /));
  await holds('the alarm names the class and the Map', () =>
    assert.match(leaking, /ALARM heap-trend: .*; Order piles up in \w+\.unanswered, a Map: .*payments\.js:\d+/),
  );
  await holds('the line of the Map is shown', () => assert.match(leaking, /this\.unanswered = new Map\(\);/));
  await holds('three snapshots and more went to the bucket', () =>
    assert.ok(stdout.match(/snapshot: [\d.]+ MB to s3:\/\/dumps\//g)?.length >= 3),
  );
  await holds('no order was lost', () => assert.match(leaking, / orders were taken, 0 lost, /));
  await holds('the demo calls all of it right', () => {
    assert.doesNotMatch(leaking, /^ {2}NO /m);
    assert.equal(code, 0);
  });
});
