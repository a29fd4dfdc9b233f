'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: delay, setImmediate: turn } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');
const { captureSnapshot, openSnapshot } = require('..');
const { captureByFork, whyNoFork } = require('../lib/capture/fork');
const { folder } = require('./helpers/folder');

const skip = whyNoFork() ?? false;
const heaphound = JSON.stringify(path.join(__dirname, '..'));
const HEAP = { exposeInternals: false, exposeNumericValues: false };

/** Open descriptors of this process, without the one that reads the list. */
function descriptors() {
  return fs.readdirSync('/proc/self/fd').length;
}

/** Numbers of the processes that one has forked and not reaped, whatever their state. */
function children(of = process.pid) {
  const found = [];
  for (const task of fs.readdirSync(`/proc/${of}/task`)) {
    try {
      found.push(
        ...fs.readFileSync(`/proc/${of}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
      );
    } catch {
      // A thread that has just ended.
    }
  }
  return found;
}

/** The next copy of a process. */
async function nextCopy(of = process.pid) {
  for (;;) {
    const [pid] = children(of);
    if (pid !== undefined) return pid;
    await turn();
  }
}

/**
 * Stops a copy that has settled: before that it does not know yet that it is to end with what it was copied from. It
 * has let go of the standard output of the app then, which was a pipe.
 */
async function stopSettled(copy) {
  for (;;) {
    process.kill(copy, 'SIGSTOP');
    if (fs.readlinkSync(`/proc/${copy}/fd/1`) === '/dev/null') return;
    process.kill(copy, 'SIGCONT');
    await delay(1);
  }
}

/** Bytes of this process that a fork leaves out. */
function leftOut() {
  let bytes = 0;
  let size = 0;
  for (const line of fs.readFileSync('/proc/self/smaps', 'utf8').split('\n')) {
    const mapping = /^([0-9a-f]+)-([0-9a-f]+) ...p \S+ \S+ 0 /.exec(line);
    if (mapping) size = parseInt(mapping[2], 16) - parseInt(mapping[1], 16);
    else if (/^[0-9a-f]+-/.test(line)) size = 0;
    else if (line.startsWith('VmFlags:') && line.split(' ').includes('dc')) bytes += size;
  }
  return bytes;
}

async function rejectsWith(promise, code) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.code, code, error.message);
    return true;
  });
}

/** Snapshots below `dir`, without their sidecars. */
function files(dir) {
  return fs.readdirSync(dir).filter((name) => !name.endsWith('.json') && !name.endsWith('.ids'));
}

/** Nothing is left of a capture in `dir`, and the next one works. */
async function isClean(dir, count = 0) {
  assert.equal(files(dir).length, count);
  assert.deepEqual(children(), []);
  const { path: file } = await captureSnapshot({ dir, mode: 'fork' });
  fs.rmSync(file);
  fs.rmSync(`${file}.json`);
}

test('a copy makes a whole, private file that opens', { skip }, async (t) => {
  const dir = folder(t);
  globalThis.keptForTheCopy = Array.from(
    { length: 777 },
    (_, number) =>
      new (class KeptForTheCopy {
        number = number;
      })(),
  );
  const result = await captureSnapshot({ dir, mode: 'fork' });
  delete globalThis.keptForTheCopy;
  assert.equal(result.mode, 'fork');
  assert.ok(result.tries >= 1 && result.reason.length > 0);
  const stored = fs.readFileSync(result.path);
  assert.equal(result.storedBytes, stored.length);
  assert.equal(result.sha256, createHash('sha256').update(stored).digest('hex'));
  assert.equal(fs.statSync(result.path).mode & 0o777, 0o600);
  assert.deepEqual([result.node, result.pid, result.threadId], [process.version, process.pid, 0]);
  const snapshot = await openSnapshot(result.path);
  assert.deepEqual([snapshot.info.nodeCount, snapshot.info.edgeCount], [result.nodeCount, result.edgeCount]);
  const { classes } = await snapshot.summary();
  assert.equal(
    classes.filter(({ name }) => name === 'KeptForTheCopy').reduce((sum, { count }) => sum + count, 0),
    777,
  );
  await snapshot.close();
});

test('auto forks where it can, and says so', { skip }, async (t) => {
  assert.equal((await captureSnapshot({ dir: folder(t) })).mode, 'fork');
});

test('where no copy can be made, auto captures in the process and fork says why', async (t) => {
  const dir = folder(t);
  Object.defineProperty(process.versions, 'electron', { value: '1', configurable: true });
  t.after(() => delete process.versions.electron);
  const result = await captureSnapshot({ dir });
  assert.equal(result.mode, 'inline');
  assert.match(result.reason, /only Node\.js itself/);
  await rejectsWith(captureSnapshot({ dir, mode: 'fork' }), 'HEAPHOUND_ERR_CAPTURE');
});

test('the app runs while the forked child writes', { skip }, async (t) => {
  const server = net.createServer((socket) => socket.pipe(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  t.after(() => server.close());
  let answers = 0;
  const running = captureSnapshot({ dir: folder(t), mode: 'fork' });
  const pid = await nextCopy();
  while (children().includes(pid)) {
    client.write('?');
    await once(client, 'data');
    answers += 1;
  }
  client.end();
  await running;
  assert.ok(answers > 10, `${answers} answers`);
});

test('a socket that the app closes is closed for its peer, too', { skip }, async (t) => {
  const server = net.createServer((socket) => socket.on('data', () => socket.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect(server.address().port, '127.0.0.1');
  await once(client, 'connect');
  t.after(() => server.close());
  const running = captureSnapshot({ dir: folder(t), mode: 'fork' });
  const pid = await nextCopy();
  process.kill(pid, 'SIGSTOP');
  // The copy lets go of what it inherits before anything else; it may have been stopped too early for that.
  const isSettled = () =>
    !fs.readdirSync(`/proc/${pid}/fd`).some((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:'));
  while (!isSettled()) {
    process.kill(pid, 'SIGCONT');
    await turn();
    process.kill(pid, 'SIGSTOP');
  }
  client.write('?');
  client.resume();
  await once(client, 'close');
  process.kill(pid, 'SIGCONT');
  await running;
});

test('a forked child that is killed is an error, and leaves nothing', { skip }, async (t) => {
  const dir = folder(t);
  for (let round = 0; round < 10; round += 1) {
    const running = captureSnapshot({ dir, mode: 'fork' });
    const outcome = running.then(
      ({ path: file }) => void [file, `${file}.json`].map((name) => fs.rmSync(name)),
      ({ code }) => code,
    );
    const pid = await nextCopy();
    for (let wait = round * 3; wait > 0; wait -= 1) await delay(1);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It was faster.
    }
    assert.ok(['HEAPHOUND_ERR_KILLED', undefined].includes(await outcome));
    if (round === 0) assert.equal(await outcome, 'HEAPHOUND_ERR_KILLED');
  }
  await isClean(dir);
});

test('a forked child that stands still is ended, and another one is made', { skip }, async (t) => {
  const dir = folder(t);
  const running = captureByFork({ target: path.join(dir, 'a'), compression: 'zstd', heap: HEAP, stalledMs: 200 });
  process.kill(await nextCopy(), 'SIGSTOP');
  const { tries } = await running;
  assert.equal(tries, 2);
  await isClean(dir, 1);
});

test('an aborted capture ends the forked child', { skip }, async (t) => {
  const dir = folder(t);
  const controller = new AbortController();
  const reason = new Error('changed my mind');
  const running = captureSnapshot({ dir, mode: 'fork', signal: controller.signal });
  const refused = assert.rejects(running, reason);
  await nextCopy();
  controller.abort(reason);
  await refused;
  const early = captureSnapshot({ dir, mode: 'fork', signal: controller.signal });
  await assert.rejects(early, reason);
  await isClean(dir);
});

test('a capture that takes too long ends the forked child', { skip }, async (t) => {
  const dir = folder(t);
  await rejectsWith(captureSnapshot({ dir, mode: 'fork', timeoutMs: 1 }), 'HEAPHOUND_ERR_TIMEOUT');
  await isClean(dir);
});

test('a forked child that needs more memory than it may have is an error with its own code', { skip }, async (t) => {
  const dir = folder(t);
  const file = path.join(dir, 'a');
  globalThis.keptForTheFence = Array.from({ length: 300_000 }, (_, number) => ({ number, list: [number] }));
  await rejectsWith(
    captureByFork({ target: file, compression: 'zstd', heap: HEAP, allowanceBytes: 8 << 20 }),
    'HEAPHOUND_ERR_NO_HEADROOM',
  );
  delete globalThis.keptForTheFence;
  await isClean(dir);
  const { file: made } = await captureByFork({
    target: file,
    compression: 'zstd',
    heap: HEAP,
    allowanceBytes: 1 << 30,
  });
  assert.ok(made.nodeCount > 1000);
});

test('errors of the forked child come through with their code', { skip }, async (t) => {
  const dir = folder(t);
  const file = path.join(dir, 'a');
  const running = captureSnapshot({ path: file, mode: 'fork' });
  // The name is free when the capture begins, and taken when the copy wants it.
  process.kill(await nextCopy(), 'SIGSTOP');
  fs.writeFileSync(file, 'mine');
  process.kill(children()[0], 'SIGCONT');
  await rejectsWith(running, 'HEAPHOUND_ERR_EXISTS');
  assert.equal(fs.readFileSync(file, 'utf8'), 'mine');
  await rejectsWith(captureSnapshot({ path: file, mode: 'fork' }), 'HEAPHOUND_ERR_EXISTS');
  await rejectsWith(captureSnapshot({ dir: path.join(dir, 'missing'), mode: 'fork' }), 'HEAPHOUND_ERR_IO');
  await isClean(dir, 1);
});

test('a second capture at a time is refused, the first is not disturbed', { skip }, async (t) => {
  const dir = folder(t);
  const first = captureSnapshot({ dir, mode: 'fork' });
  await nextCopy();
  await rejectsWith(captureSnapshot({ dir, mode: 'fork' }), 'HEAPHOUND_ERR_BUSY');
  await rejectsWith(captureSnapshot({ dir, mode: 'inline' }), 'HEAPHOUND_ERR_BUSY');
  await first;
  await isClean(dir, 1);
});

test('a full disk is an error of the forked child', { skip: skip || !canMount() }, (t) => {
  const dir = folder(t);
  const code = `
    const { captureSnapshot } = require(${heaphound});
    const fs = require('node:fs');
    captureSnapshot({ mode: 'fork', dir: ${JSON.stringify(dir)} }).then(() => 'none', (error) => error.code).then((code) => {
      console.log(JSON.stringify([code, fs.readdirSync(${JSON.stringify(dir)}), fs.readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8')]));
    });
  `;
  const script = `mount -t tmpfs -o size=128k none "$1" && exec "$2" -e "$3"`;
  const out = execFileSync('unshare', ['-rm', 'sh', '-c', script, 'sh', dir, process.execPath, code], {
    encoding: 'utf8',
  });
  assert.deepEqual(JSON.parse(out), ['HEAPHOUND_ERR_NO_SPACE', [], '']);
});

test('the forked child ends with the app, and leaves nothing', { skip }, async (t) => {
  const dir = folder(t);
  const code = `
    const { captureByFork } = require(${JSON.stringify(path.join(__dirname, '..', 'lib', 'capture', 'fork.js'))});
    captureByFork({ target: ${JSON.stringify(path.join(dir, 'a'))}, compression: 'zstd', heap: {} });
    console.log('running');
  `;
  const app = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(app.stdout, 'data');
  const copy = await nextCopy(app.pid);
  await stopSettled(copy);
  app.kill('SIGKILL');
  await once(app, 'exit');
  // Init, or whoever stands in for it, may take its time to reap.
  const isGone = () =>
    !fs.existsSync(`/proc/${copy}/stat`) || / Z /.test(fs.readFileSync(`/proc/${copy}/stat`, 'utf8'));
  while (!isGone()) await delay(5);
  assert.deepEqual(fs.readdirSync(dir), []);
});

test('no handler of the app runs in the forked child', { skip }, async (t) => {
  const dir = folder(t);
  const code = `
    process.on('exit', () => console.log('exit'));
    process.on('SIGTERM', () => console.log('signal'));
    const { captureSnapshot } = require(${heaphound});
    captureSnapshot({ mode: 'fork', dir: ${JSON.stringify(dir)} }).then(() => console.log('captured'));
  `;
  const { stdout, status } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
  assert.deepEqual([stdout, status], ['captured\nexit\n', 0]);
});

test('no descriptor, no process and no other memory is left', { skip }, async (t) => {
  const dir = folder(t);
  await isClean(dir);
  const before = descriptors();
  const marked = leftOut();
  assert.ok(marked > 0, 'V8 does not mark its heap any more');
  for (let round = 0; round < 5; round += 1) {
    await captureSnapshot({ dir, mode: 'fork' });
    await captureSnapshot({ dir, mode: 'fork', timeoutMs: 1 }).catch(() => {});
    await captureSnapshot({ dir: path.join(dir, 'missing'), mode: 'fork' }).catch(() => {});
  }
  assert.equal(descriptors(), before);
  assert.deepEqual(children(), []);
  // A page that V8 maps or gives back meanwhile makes a difference, a heap that was forgotten a much larger one.
  assert.ok(leftOut() > marked * 0.9, `${leftOut()} of ${marked} bytes`);
  assert.equal(execFileSync(process.execPath, ['-p', '1 + 1'], { encoding: 'utf8' }), '2\n');
});

test('processes of the app are left alone', { skip }, async (t) => {
  const dir = folder(t);
  const before = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const short = Array.from({ length: 5 }, (_, index) => once(spawn('sh', ['-c', `exit ${index}`]), 'exit'));
  const running = captureSnapshot({ dir, mode: 'fork' });
  const more = once(spawn('sh', ['-c', 'exit 9']), 'exit');
  await running;
  assert.deepEqual(
    (await Promise.all(short)).map(([code]) => code),
    [0, 1, 2, 3, 4],
  );
  assert.deepEqual(await more, [9, null]);
  before.stdin.end();
  assert.deepEqual(await once(before, 'exit'), [0, null]);
});

test('a worker has its own heap captured by a fork, and its forked child ends with it', { skip }, async (t) => {
  const dir = folder(t);
  const worker = (then) =>
    new Worker(
      `
    const { captureSnapshot } = require(${heaphound});
    const { parentPort } = require('node:worker_threads');
    globalThis.kept = Array.from({ length: 555 }, (_, number) => new (class KeptByTheWorker { number = number; })());
    const running = captureSnapshot({ mode: 'fork', dir: ${JSON.stringify(dir)} });
    ${then}
  `,
      { eval: true },
    );
  const first = worker('running.then((result) => parentPort.postMessage(result));');
  const { threadId } = first;
  const [[result]] = await Promise.all([once(first, 'message'), once(first, 'exit')]);
  assert.deepEqual([result.mode, result.threadId], ['fork', threadId]);
  const snapshot = await openSnapshot(result.path);
  const { classes } = await snapshot.summary();
  assert.equal(
    classes.filter(({ name }) => name === 'KeptByTheWorker').reduce((sum, { count }) => sum + count, 0),
    555,
  );
  await snapshot.close();

  const second = worker('');
  await stopSettled(await nextCopy());
  await second.terminate();
  while (children().length > 0) await delay(5);
  await isClean(dir, 1);
});

function canMount() {
  return (
    process.platform === 'linux' && spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
  );
}
