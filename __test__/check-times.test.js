'use strict';

// What `scripts/check.js` goes by: the times of the files, and the run that takes them in that order.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { folder } = require('./helpers/folder');
const { longestFirst, quickOnes, readTimes, withTables } = require('../scripts/times');

const ROOT = path.join(__dirname, '..');

test('CONTRIBUTING.md has the times of scripts/times.json', () => {
  const document = fs.readFileSync(path.join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  assert.equal(document, withTables(document, readTimes()));
});

test('every time is that of a file of tests that is there', () => {
  const gone = Object.keys(readTimes().tests).filter((name) => !fs.existsSync(path.join(__dirname, name)));
  assert.deepEqual(gone, []);
});

test('a file that was never measured counts as slow: it runs first, and not among the quick ones', () => {
  const time = (/** @type {number} */ seconds) => ({ seconds, processorSeconds: seconds });
  const taken = { 'quick.test.js': time(1), 'slow.test.js': time(90) };
  const names = ['quick.test.js', 'new.test.js', 'slow.test.js', 'newer.test.js'];
  assert.deepEqual(longestFirst(names, taken), ['new.test.js', 'newer.test.js', 'slow.test.js', 'quick.test.js']);
  assert.deepEqual(quickOnes(names, taken, 2), ['quick.test.js']);
});

test('files of tests run in the order in which they are given, and one that fails ends the run with 1', (t) => {
  const dir = folder(t);
  const files = ['b', 'a', 'c'].map((name) => {
    const file = path.join(dir, `${name}.test.js`);
    const body = `require('node:test').test('test ${name}', () => { if ('${name}' === process.env.FAILS) throw new Error('it fails'); });`;
    fs.writeFileSync(file, body);
    return file;
  });
  const { NODE_TEST_CONTEXT, ...inherited } = process.env;
  const run = (/** @type {string} */ FAILS) => {
    const args = [path.join(ROOT, 'scripts', 'tests.js'), ...files];
    const { status, stdout } = spawnSync(process.execPath, args, { env: { ...inherited, FAILS }, encoding: 'utf8' });
    return { status, order: [...stdout.matchAll(/^(?:not )?ok \d+ - test (\w)/gm)].map(([, name]) => name).join('') };
  };
  assert.deepEqual(run('none'), { status: 0, order: 'bac' });
  assert.deepEqual(run('a'), { status: 1, order: 'bac' });
});

test('a step that fails decides, also where a step of another lane ends well after it', (t) => {
  const lanes = path.join(__dirname, 'fixtures', 'two-lanes.js');
  const { stdout } = spawnSync(process.execPath, [lanes, path.join(folder(t), 'pid')], { encoding: 'utf8' });
  assert.match(stdout, /> fails: [^]*> slow: [^]*code 3/);
  assert.doesNotMatch(stdout, /late ran/);
});
