'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { findLeaks, openSnapshot } = require('..');
const { LINES, nodeOfLine } = require('./helpers/node-lines');
const { folder } = require('./helpers/folder');

const ROOT = path.join(__dirname, '..');
const MAIN = path.join(ROOT, 'cli', 'main.js');

/** A program with a leak that takes three snapshots: `remember` leaks, `forget` does not. */
const LEAKING = `
const { captureSnapshot, trackAllocations } = require(${JSON.stringify(ROOT)});
class Session { constructor(user) { this.user = user; } }
const sessions = [];
globalThis.sessions = sessions;
function remember(user) {
  sessions.push(new Session(user));
}
function request() {
  remember({ name: 'somebody' });
}
async function main(dir, mode) {
  const tracking = trackAllocations();
  const results = [];
  for (let round = 0; round < 3; round += 1) {
    for (let count = 0; count < 200; count += 1) request();
    results.push(await captureSnapshot({ dir, mode, checkHeadroom: false }));
  }
  tracking.stop();
  tracking.stop();
  results.push(await captureSnapshot({ dir, mode, checkHeadroom: false }));
  console.log(JSON.stringify(results));
}
main(process.argv[2], process.argv[3]);
`;

for (const line of LINES) {
  const node = nodeOfLine(line);
  for (const mode of process.platform === 'linux' ? ['inline', 'fork'] : ['inline']) {
    test(
      `on Node ${line} (${mode}) a leak carries the stack that allocated it`,
      { skip: node === undefined && `node${line} is not installed` },
      async (t) => {
        const dir = folder(t);
        const program = path.join(dir, 'leaking.js');
        fs.writeFileSync(program, LEAKING);
        const results = JSON.parse(execFileSync(node, [program, dir, mode], { encoding: 'utf8' }));
        if (mode === 'inline') {
          assert.deepEqual(
            results.map((result) => result.idsKept),
            [true, true, true, false],
          );
          assert.equal(new Set(results.slice(0, 3).map((result) => result.idSpace)).size, 1);
        }
        await check(results.map((result) => result.path));
      },
    );
  }
}

/**
 * With these flags functions are compiled, and taken into their callers, after some runs: what load does at other
 * times.
 */
const EAGER = {
  22: ['--maglev', '--invocation-count-for-maglev=50'],
  24: ['--invocation-count-for-maglev=50', '--invocation-count-for-turbofan=200'],
  26: ['--invocation-count-for-maglev=50', '--invocation-count-for-turbofan=200'],
};

for (const [line, flags] of Object.entries(EAGER)) {
  const node = nodeOfLine(Number(line));
  test(
    `on Node ${line} a function that the compiler takes into its caller stays on the stack`,
    { skip: node === undefined && `node${line} is not installed` },
    async (t) => {
      const dir = folder(t);
      const program = path.join(dir, 'leaking.js');
      fs.writeFileSync(program, LEAKING);
      const results = JSON.parse(execFileSync(node, [...flags, program, dir, 'inline'], { encoding: 'utf8' }));
      await check(results.map((result) => result.path));
    },
  );
}

async function check(all) {
  const files = all.slice(0, 3);
  const { leaks } = await findLeaks(files);
  const leak = leaks.find((candidate) => candidate.className === 'Session');
  assert.deepEqual(leak.countGrowth, [200, 200]);
  const names = leak.allocationStack.map((frame) => frame.name);
  assert.ok(names.includes('remember') && names.indexOf('remember') < names.indexOf('request'), names.join());
  const frame = leak.allocationStack[names.indexOf('remember')];
  assert.deepEqual([path.basename(frame.file), frame.line], ['leaking.js', 6]);
  assert.ok(leak.allocationStackCount >= 200 && leak.allocationStackCount <= 400, `${leak.allocationStackCount}`);

  const last = await openSnapshot(all[3]);
  assert.equal(last.info.hasAllocations, false, 'nothing is recorded after the stop');
  await last.close();

  const { stdout, status } = spawnSync(process.execPath, [MAIN, 'leaks', ...files, '--no-color'], { encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stdout, /^ *Made by +remember.* .*leaking\.js:6:/m);
  const { stdout: everything } = spawnSync(
    process.execPath,
    [MAIN, 'explain', leak.fingerprint, ...files, '--no-color'],
    { encoding: 'utf8' },
  );
  assert.match(everything, /Who allocated (them|\d+ of the 400)\n(.*\n)? *at remember .*leaking\.js:6:/);
}

test('a preloaded file records allocations from the first line of a program on', (t) => {
  const dir = folder(t);
  const program = path.join(dir, 'app.js');
  fs.writeFileSync(
    program,
    `const { writeHeapSnapshot } = require('node:v8');
class Order {}
globalThis.order = new Order();
writeHeapSnapshot(process.argv[2]);
`,
  );
  const { './track-allocations': preloaded } = require('../package.json').exports;
  const file = path.join(dir, 'a.heapsnapshot');
  execFileSync(process.execPath, ['--require', path.join(ROOT, preloaded), program, file]);
  return openSnapshot(file).then(async (snapshot) => {
    const { functions } = await snapshot.allocations();
    assert.ok(functions.some((frame) => frame.file.endsWith('app.js')));
    await snapshot.close();
  });
});
