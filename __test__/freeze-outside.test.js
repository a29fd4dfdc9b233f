'use strict';

// Frozen images of a process that nobody prepared, on every line of Node.js and under load: it loses no request, and
// nothing is left in it.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { findLeaks, freezeProcess, thawImage } = require('..');
const { addon } = require('../lib/native');
const { whyNoFork } = require('../lib/capture/fork');
const { folder } = require('./helpers/folder');
const { LINES, nodeOfLine } = require('./helpers/node-lines');
const { ask, leftOutOf, settled, startApp, startLoad, stateOf } = require('./helpers/unprepared-app');

const fixture = path.join(__dirname, 'fixtures', 'freeze-outside.js');
const skip = whyNoFork() ?? addon.cannotFreeze() ?? false;
const CONNECTIONS = 10;
/** Moments at which the freezing process is killed; `HEAPHOUND_KILLS` has another number. */
const KILLS = Number(process.env.HEAPHOUND_KILLS ?? 20);

for (const line of LINES) {
  const node = nodeOfLine(line);
  const missing = skip || (node === undefined && `node${line} is not installed`);
  test(
    `Node ${line} is frozen from outside under load, loses no request, and its images name the leak`,
    { skip: missing },
    async (t) => {
      const directory = folder(t);
      const { pid, port } = await startApp(t, /** @type {string} */ (node));
      await ask(port);
      const before = stateOf(pid);
      const load = startLoad(t, port, CONNECTIONS);
      const images = [];
      for (let index = 1; index <= 4; index += 1)
        images.push(await freezeAgain(pid, { path: path.join(directory, `${index}.frozen`) }));
      const { sent, answered, lost } = await load.stop();
      assert.deepEqual([answered, lost], [sent, 0]);
      assert.ok(sent > 0);
      assert.deepEqual(await settled(pid, before), before);
      assert.match(await ask(port, '/spawn'), /^spawned/, 'its own forks go on');
      const snapshots = [];
      for (const image of images) {
        assert.match(image.node, new RegExp(`^v${line}\\.\\d+\\.\\d+$`));
        assert.match(image.v8, /^\d+\.\d+\.\d+\.\d+-node\.\d+$/);
        assert.deepEqual([image.pid, image.threads, image.mode], [pid, before.threads, 'freeze']);
        assert.equal(fs.statSync(image.path).mode & 0o777, 0o600);
        if (snapshots.length === 3) break;
        const thawing = thawImage(image.path, { path: `${image.path}.heapsnapshot.zst` });
        // A thread may stand where no other process can go on: the error asks for an image of another moment.
        const thawed = await thawing.catch((error) => error);
        if (thawed instanceof Error && thawed.message.endsWith(' of another moment')) continue;
        assert.ok(!(thawed instanceof Error), String(thawed));
        assert.deepEqual([thawed.pid, thawed.node], [pid, image.node]);
        snapshots.push(thawed.path);
      }
      assert.equal(snapshots.length, 3, 'one image in a hundred is refused, and not two of four');
      const { leaks, comparison } = await findLeaks(snapshots);
      assert.equal(comparison.ids, false, 'by structure');
      const [{ className, container, countGrowth, kind }] = leaks;
      assert.deepEqual([leaks.length, className, kind], [1, 'Session', 'growing-map']);
      assert.deepEqual([container.edge, container.name], ['sessions', 'Map']);
      assert.equal(path.basename(container.location.file), 'unprepared-app.js');
      assert.equal(container.location.line, 19, 'where the Map is made');
      assert.ok(
        countGrowth.every((count) => count > 0),
        `${countGrowth}`,
      );
      t.diagnostic(`pauses: ${images.map(({ pauseMs }) => pauseMs.toFixed(1)).join(' ')} ms, ${answered} requests`);
    },
  );
}

/** Images of a process with a thread that is in the kernel's clock most of the time. */
const CLOCK_IMAGES = 4;
test('threads that are in the middle of something go on in a thawed process', { skip }, async (t) => {
  const directory = folder(t);
  const { pid, port } = await startApp(t, process.execPath);
  assert.equal(await ask(port, '/clock'), 'started');
  for (let index = 1; index <= CLOCK_IMAGES; index += 1) {
    const image = await freezeAgain(pid, { path: path.join(directory, `${index}.frozen`) });
    assert.equal(image.isQuiet, false, 'the worker computes');
    const thawed = await thawImage(image.path, { path: `${image.path}.heapsnapshot.zst` });
    assert.equal(thawed.pid, pid);
  }
});

test('forks leave out the same memory as before', { skip }, async (t) => {
  const { pid } = await startApp(t, process.execPath);
  const directory = folder(t);
  const before = leftOutOf(pid);
  assert.ok(before > 1000, `${before} kB`);
  await freezeElsewhere(pid, { path: path.join(directory, 'app.frozen') });
  assert.equal(leftOutOf(pid), before);
});

test('a killed command leaves an app that goes on, no copy, no zombie and no lost request', { skip }, async (t) => {
  const directory = folder(t);
  const { pid, port } = await startApp(t, process.execPath);
  await ask(port);
  const before = stateOf(pid);
  const wholeMs = await timeOf(pid, path.join(directory, 'whole.frozen'));
  const load = startLoad(t, port, CONNECTIONS);
  let killed = 0;
  for (let index = 0; index < KILLS; index += 1) {
    // Every second one at the beginning, where the app stands still.
    const share = index % 2 === 0 ? index / KILLS : (index / KILLS) * 0.2;
    const isKilled = await freezeAndKill(pid, path.join(directory, `${index}.frozen`), wholeMs * share);
    killed += Number(isKilled);
    assert.deepEqual(await settled(pid, before), before, `killed after ${Math.round(wholeMs * share)} ms`);
  }
  const { sent, answered, lost } = await load.stop();
  assert.deepEqual([answered, lost], [sent, 0]);
  assert.ok(killed >= KILLS / 2, `${killed} of ${KILLS} were killed amid their work`);
  const last = await freezeElsewhere(pid, { path: path.join(directory, 'last.frozen') });
  assert.equal(last.threads, before.threads);
  t.diagnostic(`${killed} of ${KILLS} killed amid their work, ${answered} requests`);
});

test('a main thread that never waits is given up in time, and works on', { skip }, async (t) => {
  const directory = folder(t);
  const { pid, port } = await startApp(t, process.execPath);
  await ask(port);
  const before = stateOf(pid);
  const busy = ask(port, '/busy?ms=2500');
  const file = path.join(directory, 'busy.frozen');
  await assert.rejects(freezeElsewhere(pid, { path: file, restMs: 700 }), {
    code: 'HEAPHOUND_ERR_NO_REST',
    message: /restMs/,
  });
  assert.equal(fs.existsSync(file), false);
  assert.match(await busy, /^\d+$/);
  assert.deepEqual(await settled(pid, before), before);
});

test('a busy main thread is frozen when it comes to rest', { skip }, async (t) => {
  const directory = folder(t);
  const { pid, port } = await startApp(t, process.execPath);
  const busy = ask(port, '/busy?ms=1500');
  const { threads } = await freezeElsewhere(pid, { path: path.join(directory, 'app.frozen') });
  assert.ok(threads > 4);
  assert.match(await busy, /^\d+$/);
});

test('what cannot be frozen is refused with the reason, and is not touched', { skip }, async (t) => {
  const directory = folder(t);
  let number = 0;
  /** @type {(pid: number, message: RegExp, code?: string) => Promise<void>} */
  const refused = async (pid, message, code = 'HEAPHOUND_ERR_ATTACH') => {
    const file = path.join(directory, `${(number += 1)}.frozen`);
    await assert.rejects(freezeElsewhere(pid, { path: file, restMs: 2000 }), { code, message });
    assert.equal(fs.existsSync(file), false);
  };
  const own = freezeProcess(process.pid, { path: path.join(directory, 'own.frozen') });
  await assert.rejects(own, { code: 'HEAPHOUND_ERR_ATTACH', message: /captureSnapshot/ });
  await refused(2 ** 22, /no such process/);
  await assert.rejects(freezeProcess(0, { path: 'x' }), { code: 'HEAPHOUND_ERR_OPTION' });
  await assert.rejects(freezeProcess(1, /** @type {any} */ ({})), { code: 'HEAPHOUND_ERR_OPTION' });

  const sleeping = spawn('sleep', ['100']);
  t.after(() => sleeping.kill('SIGKILL'));
  await once(sleeping, 'spawn');
  await refused(/** @type {number} */ (sleeping.pid), /no Node\.js/);

  const { pid, port } = await startApp(t, process.execPath);
  await ask(port);
  const ofChild = freezeProcess(pid, { path: path.join(directory, 'child.frozen') });
  await assert.rejects(ofChild, { code: 'HEAPHOUND_ERR_ATTACH', message: /a child of this process/ });
  process.kill(pid, 'SIGSTOP');
  await refused(pid, /SIGSTOP.*kill -CONT/);
  process.kill(pid, 'SIGCONT');
  const existing = path.join(directory, 'existing');
  fs.writeFileSync(existing, '');
  await assert.rejects(freezeElsewhere(pid, { path: existing }), { code: 'HEAPHOUND_ERR_EXISTS' });
  const small = { path: path.join(directory, 'small.frozen'), maxBytes: 100_000 };
  await assert.rejects(freezeElsewhere(pid, small), { code: 'HEAPHOUND_ERR_MAX_BYTES' });
  assert.equal(fs.existsSync(small.path), false);
  assert.match(await ask(port), /^\d+$/);
});

test('a process that somebody traces already is refused by the name of the tracer', { skip }, async (t) => {
  const directory = folder(t);
  const { pid, port } = await startApp(t, process.execPath);
  const busy = ask(port, '/busy?ms=3000');
  // It waits for a rest that does not come, and traces meanwhile.
  const tracer = spawn(process.execPath, [
    fixture,
    String(pid),
    JSON.stringify({ path: path.join(directory, 'one.frozen'), restMs: 2500 }),
  ]);
  t.after(() => tracer.kill('SIGKILL'));
  while (stateOf(pid).tracer === '0') await new Promise((resolve) => setTimeout(resolve, 5));
  const second = freezeElsewhere(pid, { path: path.join(directory, 'two.frozen') });
  await assert.rejects(second, { code: 'HEAPHOUND_ERR_ATTACH', message: /process \d+ \(.+\) traces it already/ });
  await busy;
});

const noOther = skip || (process.getuid?.() !== 0 && 'only root has other users');
test("another user's process is refused by the right that is missing", { skip: noOther }, async (t) => {
  const { pid, port } = await startApp(t, process.execPath);
  await ask(port);
  const nobody = spawn(process.execPath, [fixture, String(pid), '{"path":"/tmp/never.frozen"}'], {
    uid: 65534,
    gid: 65534,
  });
  let text = '';
  nobody.stdout.on('data', (piece) => (text += piece));
  await once(nobody, 'close');
  const { code, message } = JSON.parse(text.slice(text.indexOf('{')));
  assert.equal(code, 'HEAPHOUND_ERR_ATTACH');
  assert.match(message, /user 0.*user 65534.*CAP_SYS_PTRACE/);
});

test('an abort ends a freeze, and leaves no copy and no file', { skip }, async (t) => {
  const directory = folder(t);
  const { pid, port } = await startApp(t, process.execPath, 60);
  await ask(port);
  const before = stateOf(pid);
  const freeze = freezeElsewhere(pid, { path: path.join(directory, 'app.frozen'), abort: true });
  await assert.rejects(freeze, { message: /abort/ });
  assert.deepEqual(fs.readdirSync(directory), []);
  assert.deepEqual(await settled(pid, before), before);
  assert.match(await ask(port), /^\d+$/);
});

/**
 * Freezes a process from another one than this, which is the parent of the app.
 *
 * @param {number} pid
 * @param {object} options
 * @returns {Promise<import('..').FreezeProcessResult>}
 */
async function freezeElsewhere(pid, options) {
  const child = spawn(process.execPath, [fixture, String(pid), JSON.stringify(options)]);
  let text = '';
  child.stdout.on('data', (piece) => (text += piece));
  child.stderr.on('data', (piece) => (text += piece));
  await once(child, 'close');
  const answer = JSON.parse(text.slice(text.indexOf('{')));
  if (answer.sha256 === undefined) throw Object.assign(new Error(answer.message), { code: answer.code });
  return answer;
}

/**
 * The same. On a machine that is busy a thread that computes may stop too late: then the message says to try again.
 *
 * @param {number} pid
 * @param {object} options
 */
async function freezeAgain(pid, options) {
  for (let turn = 0; turn < 20; turn += 1)
    try {
      return await freezeElsewhere(pid, options);
    } catch (error) {
      if (!/does not stop.*try again/.test(String(error))) throw error;
    }
  return freezeElsewhere(pid, options);
}

/** @param {number} pid @param {string} file */
async function timeOf(pid, file) {
  const start = performance.now();
  await freezeElsewhere(pid, { path: file });
  return performance.now() - start;
}

/**
 * True when it was killed before it was done.
 *
 * @param {number} pid
 * @param {string} file
 * @param {number} afterMs
 */
async function freezeAndKill(pid, file, afterMs) {
  const child = spawn(process.execPath, [fixture, String(pid), JSON.stringify({ path: file })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (piece) => (text += piece));
  // From the beginning: it may have ended by itself before its moment comes.
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await closed;
  return !text.includes('{');
}
