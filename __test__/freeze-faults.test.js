'use strict';

// What goes wrong with a freeze and a thaw, one thing after the other: each failure has a code, and nothing is left.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const { captureAndOpen, captureSnapshot, openSnapshot, thawImage } = require('..');
const { addon } = require('../lib/native');
const { whyNoFork } = require('../lib/capture/fork');
const { folder } = require('./helpers/folder');
const { readIfThere } = require('./helpers/unprepared-app');

const skip = whyNoFork() ?? addon.cannotFreeze() ?? false;
const main = path.join(__dirname, '..', 'cli', 'main.js');
const KILLS = 4;
let directory = '';
let image = '';
before(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
  if (skip) return;
  image = path.join(directory, 'app.frozen');
  await captureSnapshot({ mode: 'freeze', path: image });
});
after(() => fs.rmSync(directory, { recursive: true }));

function children() {
  return fs
    .readdirSync('/proc/self/task')
    .flatMap((task) => readIfThere(`/proc/self/task/${task}/children`).split(' ').filter(Boolean).map(Number));
}

/** Runs work and gives its code; no file, process or descriptor is left. */
async function withstand(place, work) {
  const open = fs.readdirSync('/proc/self/fd').length;
  const code = await work().then(
    () => 'none',
    (error) => error.code ?? error.message,
  );
  assert.deepEqual(children(), []);
  assert.equal(fs.readdirSync('/proc/self/fd').length, open);
  if (code !== 'none') assert.deepEqual(fs.readdirSync(place), []);
  for (const name of fs.readdirSync(place)) fs.rmSync(path.join(place, name));
  return code;
}

/** Kills the first child that appears while the work goes on, when `isDue`. */
async function killChild(working, isDue) {
  let isOver = false;
  working.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  while (!isOver) {
    const [pid] = children();
    if (pid !== undefined && isDue()) {
      process.kill(pid, 'SIGKILL');
      break;
    }
    await turn();
  }
  return working;
}

test('the child that writes the image is killed', { skip }, async (t) => {
  const place = folder(t);
  for (let round = 0; round < KILLS; round += 1) {
    let looks = 0;
    const code = await withstand(place, () =>
      killChild(captureSnapshot({ mode: 'freeze', path: path.join(place, 'a') }), () => (looks += 1) > round * 50),
    );
    assert.equal(code, 'HEAPHOUND_ERR_KILLED');
  }
});

test('the disk is full', { skip }, async (t) => {
  const place = folder(t);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', place]).status !== 0) {
    t.diagnostic('nothing can be mounted here: the limit of the next test stands for the disk');
    return;
  }
  try {
    const freeze = () => captureSnapshot({ mode: 'freeze', path: path.join(place, 'a') });
    assert.equal(await withstand(place, freeze), 'HEAPHOUND_ERR_NO_SPACE');
    const thaw = () => thawImage(image, { path: path.join(place, 'b.heapsnapshot') });
    assert.equal(await withstand(place, thaw), 'HEAPHOUND_ERR_NO_SPACE');
  } finally {
    spawnSync('umount', [place]);
  }
});

test('limits of size and time, and the signal of the caller, end both', { skip }, async (t) => {
  const place = folder(t);
  const at = path.join(place, 'a');
  const freeze = (options) => withstand(place, () => captureSnapshot({ mode: 'freeze', path: at, ...options }));
  const thaw = (options) => withstand(place, () => thawImage(image, { path: at, ...options }));
  for (const work of [freeze, thaw]) {
    assert.equal(await work({ maxBytes: 10_000 }), 'HEAPHOUND_ERR_MAX_BYTES');
    assert.equal(await work({ timeoutMs: 1 }), 'HEAPHOUND_ERR_TIMEOUT');
    const ended = new AbortController();
    setImmediate(() => ended.abort(new Error('not wanted')));
    assert.equal(await work({ signal: ended.signal }), 'not wanted');
  }
  assert.equal(await freeze({}), 'none');
  assert.equal(await thaw({}), 'none');
});

test('the app ends while its image is written: nothing of it lives on, and there is no file', { skip }, async (t) => {
  const place = folder(t);
  const script = `
    const kept = Buffer.alloc(200e6, 'x');
    for (let at = 0; at < kept.length; at += 512) kept.writeDoubleLE(Math.random(), at);
    require(${JSON.stringify(path.join(__dirname, '..'))}).captureSnapshot({ mode: 'freeze', path: process.argv[1] });
    setInterval(() => kept, 1000);`;
  const app = spawn(process.execPath, ['-e', script, path.join(place, 'a')], { stdio: 'ignore' });
  const exited = once(app, 'exit');
  const childOf = (pid) => {
    for (const task of fs.readdirSync(`/proc/${pid}/task`)) {
      const [child] = readIfThere(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean);
      if (child !== undefined) return child;
    }
    return undefined;
  };
  let child;
  while ((child = childOf(app.pid)) === undefined) await turn();
  app.kill('SIGKILL');
  await exited;
  // It may be gone between two looks.
  while (/^\d+ \(.*\) [^Z]/s.test(readIfThere(`/proc/${child}/stat`))) await turn();
  assert.deepEqual(fs.readdirSync(place), []);
});

test('the thawed process is killed', { skip }, async (t) => {
  const place = folder(t);
  const codes = [];
  for (let round = 0; round < KILLS; round += 1) {
    let looks = 0;
    const thawing = () =>
      killChild(thawImage(image, { path: path.join(place, 'a') }), () => (looks += 1) > round * 100);
    codes.push(await withstand(place, thawing));
  }
  // A kill may come when the snapshot is whole already.
  assert.ok(codes.includes('HEAPHOUND_ERR_THAW'));
  assert.ok(
    codes.every((code) => ['HEAPHOUND_ERR_THAW', 'none'].includes(code)),
    codes.join(' '),
  );
});

test('a damaged image is refused at its place, and a file that is none', { skip }, async (t) => {
  const place = folder(t);
  const bytes = fs.readFileSync(image);
  const damaged = path.join(directory, 'damaged.frozen');
  const thaw = async (content) => {
    fs.writeFileSync(damaged, content);
    const code = await withstand(place, async () => {
      await assert.rejects(thawImage(damaged, { path: path.join(place, 'a') }), (error) => {
        assert.equal(typeof error.offset, 'number');
        assert.ok(error.offset <= content.length);
        assert.match(error.message, /frozen image/);
        throw error;
      });
    });
    fs.rmSync(damaged);
    return code;
  };
  for (const part of [0, 0.1, 0.3, 0.6, 0.9, 0.9999]) {
    const at = Math.floor(bytes.length * part);
    assert.equal(await thaw(bytes.subarray(0, at)), 'HEAPHOUND_ERR_IMAGE', `cut at ${at}`);
    const flipped = Buffer.from(bytes);
    flipped[at] ^= 0x10;
    assert.equal(await thaw(flipped), 'HEAPHOUND_ERR_IMAGE', `flipped at ${at}`);
  }
  assert.equal(await thaw(Buffer.from('{"snapshot":{}}')), 'HEAPHOUND_ERR_IMAGE');
  const missing = () => thawImage(path.join(place, 'missing'), { path: path.join(place, 'a') });
  assert.equal(await withstand(place, missing), 'HEAPHOUND_ERR_IO');
});

test('the bytes of an image are no snapshot, and the error says how to make one of it', { skip }, async () => {
  await assert.rejects(openSnapshot(fs.readFileSync(image)), {
    code: 'HEAPHOUND_ERR_FOREIGN',
    message: /heaphound thaw IMAGE --out FILE/,
  });
});

test('nothing is overwritten', { skip }, async (t) => {
  const place = folder(t);
  const at = path.join(place, 'a');
  fs.writeFileSync(at, 'mine');
  await assert.rejects(captureSnapshot({ mode: 'freeze', path: at }), { code: 'HEAPHOUND_ERR_EXISTS' });
  await assert.rejects(thawImage(image, { path: at }), { code: 'HEAPHOUND_ERR_EXISTS' });
  assert.equal(fs.readFileSync(at, 'utf8'), 'mine');
});

test('what an image cannot have is refused with what to do', { skip }, async () => {
  const refused = (options, name) =>
    assert.rejects(captureSnapshot({ mode: 'freeze', path: path.join(directory, 'never'), ...options }), (error) => {
      assert.equal(error.code, 'HEAPHOUND_ERR_OPTION');
      assert.match(error.message, new RegExp(`option ${name}: `));
      return true;
    });
  await refused({ path: undefined }, 'path');
  await refused({ dir: directory }, 'dir');
  await refused({ redact: 'strings' }, 'redact');
  await refused({ compression: 'gzip' }, 'compression');
  await refused({ keepIds: true }, 'keepIds');
  await refused({ maxMemoryBytes: 1 }, 'maxMemoryBytes');
  await refused({ stream: process.stdout }, 'stream');
  await refused({ encryptTo: 'age1' }, 'encryptTo');
  await assert.rejects(captureAndOpen({ mode: 'freeze' }), { code: 'HEAPHOUND_ERR_OPTION' });
  await assert.rejects(thawImage(image), { code: 'HEAPHOUND_ERR_OPTION' });
  await assert.rejects(thawImage(7, { path: 'a' }), { code: 'HEAPHOUND_ERR_OPTION' });
});

test(
  'values of the command line do not stand in the header, and contents are redacted when it is thawed',
  { skip },
  (t) => {
    const place = folder(t);
    const at = path.join(place, 'a.frozen');
    const script = `
    globalThis.kept = ['content of a customer' + process.pid];
    require(${JSON.stringify(path.join(__dirname, '..'))}).captureSnapshot({ mode: 'freeze', path: ${JSON.stringify(at)} });`;
    const app = path.join(place, 'app.js');
    fs.writeFileSync(app, script);
    const frozen = spawnSync(process.execPath, ['--title=hunter2', app, '--token', 'hunter3'], { encoding: 'utf8' });
    assert.equal(frozen.status, 0, frozen.stderr);
    // A program on the command line has no script: its first word is no name of one.
    const another = path.join(place, 'e.frozen');
    const inline = script.replace(JSON.stringify(at), JSON.stringify(another));
    const evaluated = spawnSync(process.execPath, ['-e', inline, 'hunter4'], { encoding: 'utf8' });
    assert.equal(evaluated.status, 0, evaluated.stderr);
    const told = spawnSync(
      process.execPath,
      [main, 'thaw', another, '--json', '--out', path.join(place, 'e.heapsnapshot')],
      { encoding: 'utf8' },
    );
    assert.deepEqual(JSON.parse(told.stdout).argv, [process.execPath, '-e', '…', '…']);
    for (const [redact, expected] of [
      [[], true],
      [['--redact'], false],
    ]) {
      const out = path.join(place, `b${redact.length}.heapsnapshot`);
      const thawed = spawnSync(process.execPath, [main, 'thaw', at, '--json', '--out', out, ...redact], {
        encoding: 'utf8',
      });
      assert.equal(thawed.status, 0, thawed.stderr);
      assert.deepEqual(JSON.parse(thawed.stdout).argv, [process.execPath, '--title=…', app]);
      assert.equal(fs.readFileSync(out, 'utf8').includes('content of a customer'), expected);
      assert.equal(fs.statSync(out).mode & 0o777, 0o600);
    }
  },
);
