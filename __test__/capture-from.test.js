'use strict';

// Other processes, taken by their inspector. They choose their ports themselves, so that tests can run side by side.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { WebSocketServer } = require('ws');
const { captureFrom, captureSeriesFrom, diffSnapshots, findLeaks, listWorkers, openSnapshot } = require('..');
const { connect } = require('../lib/capture/inspector/client');
const { LINES, nodeOfLine } = require('./helpers/node-lines');
const { MAIN, heaphound: commandLine } = require('./helpers/command-line');
const { folder } = require('./helpers/folder');

const isLinux = process.platform === 'linux';
const TARGET = `
  class Planted {}
  globalThis.kept = Array.from({ length: 100 }, () => new Planted());
  const { Worker } = require('node:worker_threads');
  const code = "class Inside {}; globalThis.kept = new Inside(); require('node:worker_threads').parentPort.postMessage(''); setInterval(() => {}, 1000)";
  new Worker(code, { eval: true, name: 'mine' }).on('message', () => console.log('up'));
`;

/** A process that is up; `port` when its inspector is open. */
async function start(t, { node = process.execPath, inspect = false, code = TARGET } = {}) {
  const child = spawn(node, [inspect ? '--inspect=127.0.0.1:0' : '--inspect-port=127.0.0.1:0', '-e', code], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  await once(child.stdout, 'data');
  return {
    child,
    pid: child.pid,
    port: Number(/ws:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1]),
    url: /ws:\S+/.exec(said)?.[0],
  };
}

async function countOf(file, className) {
  const snapshot = await openSnapshot(file);
  const rows = await snapshot.query({ className: `^${className}$`, kind: 'object', limit: 1000 });
  await snapshot.close();
  return rows.length;
}

/** How many TCP sockets of the process take connections. */
function listening(pid) {
  const own = fs.readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
  const rows = fs
    .readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/));
  return rows.filter((row) => row[3] === '0A' && own.includes(`socket:[${row[9]}]`)).length;
}

for (const line of LINES) {
  const node = nodeOfLine(line);
  test(
    `a process of Node ${line} is captured by its id, and closed again`,
    { skip: (!isLinux || node === undefined) && `node${line} is not installed` },
    async (t) => {
      const dir = folder(t);
      const { pid } = await start(t, { node });
      const result = await captureFrom({ pid, dir });
      assert.deepEqual([result.mode, result.pid, result.threadId, result.idsKept], ['inspector', pid, 0, false]);
      assert.ok(result.node.startsWith(`v${line}.`) && result.pauseMs > 0 && result.durationMs >= result.pauseMs);
      assert.equal(result.inspector, 'opened and closed again');
      assert.equal(listening(pid), 0);
      assert.equal(fs.statSync(result.path).mode & 0o777, 0o600);
      const [worker, ...others] = await listWorkers({ pid });
      assert.deepEqual([worker.threadId, others], [1, []]);
      const second = await captureFrom({ pid, path: path.join(dir, 'worker.gz'), compression: 'gzip', worker: 1 });
      assert.equal(second.threadId, 1);
      assert.equal(listening(pid), 0);
      assert.deepEqual([await countOf(result.path, 'Planted'), await countOf(result.path, 'Inside')], [100, 0]);
      assert.deepEqual([await countOf(second.path, 'Planted'), await countOf(second.path, 'Inside')], [0, 1]);
      assert.notEqual(second.idSpace, result.idSpace);
    },
  );
}

test('an open inspector stays open, and a session claims no ids beyond its end', async (t) => {
  const dir = folder(t);
  const { pid, port, url } = await start(t, { inspect: true });
  const spaces = new Set();
  for (const inspect of [port, `localhost:${port}`, url, `http://127.0.0.1:${port}`]) {
    const result = await captureFrom({ inspect, dir, keepIds: true });
    assert.deepEqual([result.inspector, result.idsKept, result.runtime], ['was open', false, 'Node.js']);
    spaces.add(result.idSpace);
  }
  assert.equal(spaces.size, 4);
  if (isLinux) {
    assert.equal(
      (await captureFrom({ pid, dir, path: undefined }).catch((error) => error)).code,
      'HEAPHOUND_ERR_INSPECTOR',
      'open on a port that nobody named',
    );
    assert.equal(listening(pid), 1);
  }
});

/**
 * An Array that gains objects all the time; whoever takes it for a heap numbered alike is wrong, since it grows at its
 * beginning.
 */
const LEAKY = `
  class Visit { constructor(i) { this.text = 'visit ' + i; } }
  const visits = [];
  globalThis.look = () => visits.length;
  setInterval(() => { for (let i = 0; i < 10; i++) visits.unshift(new Visit(visits.length)); }, 10);
  console.log('up');
`;
const nodes = path.join(__dirname, 'nodes', 'node_modules');
const lines = fs.existsSync(nodes) ? fs.readdirSync(nodes).filter((name) => /^node\d+$/.test(name)) : [];

for (const line of lines) {
  test(`ids go on in the session of a series, and are not believed after one, on ${line}`, async (t) => {
    const dir = folder(t);
    const { port } = await start(t, { inspect: true, node: path.join(nodes, line, 'bin', 'node'), code: LEAKY });
    const taken = [];
    for await (const result of captureSeriesFrom({ inspect: port, dir, count: 3, intervalMs: 300 })) taken.push(result);
    assert.deepEqual(
      taken.map(({ idsKept }) => idsKept),
      [true, true, false],
    );
    assert.equal(new Set(taken.map(({ idSpace }) => idSpace)).size, 1);
    const series = await diffSnapshots(taken[2].path, taken[0].path);
    const { addedCount, removedCount } = series.class('Visit');
    assert.ok(series.comparison.ids && series.order.sorted && addedCount > 0, series.comparison.reason);
    assert.equal(removedCount, 0);
    const { leaks } = await findLeaks([dir]);
    assert.equal(leaks[0].className, 'Visit');

    // What another session took has other ids, whatever is written beside it.
    const { path: later } = await captureFrom({ inspect: port, dir: folder(t) });
    fs.writeFileSync(
      `${later}.json`,
      JSON.stringify({ ...JSON.parse(fs.readFileSync(`${later}.json`)), idSpace: taken[0].idSpace }),
    );
    const { comparison } = await diffSnapshots(taken[0].path, later);
    assert.equal(comparison.ids, false);
    assert.match(comparison.reason, /^one id space is written beside them, but/);
  });
}

test('whoever leaves a series early ends its session', async (t) => {
  const dir = folder(t);
  const { port } = await start(t, { inspect: true, code: LEAKY });
  const stop = new AbortController();
  for await (const { path: file } of captureSeriesFrom({ inspect: port, dir, count: 100, intervalMs: 60_000 })) {
    assert.ok(fs.existsSync(file));
    break;
  }
  const aborted = captureSeriesFrom({ inspect: port, dir, count: 100, intervalMs: 60_000, signal: stop.signal });
  await aborted.next();
  stop.abort(new Error('enough'));
  await assert.rejects(aborted.next(), { message: 'enough' });
  await assert.rejects(captureSeriesFrom({ inspect: port, path: path.join(dir, 'x'), count: 2 }).next(), {
    code: 'HEAPHOUND_ERR_OPTION',
  });
  const { code, stdout, stderr } = await commandLine([
    'capture',
    '--inspect',
    String(port),
    '--keep-ids',
    '--count',
    '2',
    '--interval',
    '10ms',
    '--out',
    dir,
    '--json',
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /--keep-ids has no effect/);
  assert.equal(JSON.parse(stdout).snapshots.length, 2);
  const series = ['--count', '2', '--interval', '10ms', '--out', dir];
  const read = await commandLine(['capture', '--inspect', String(port), ...series]);
  assert.match(read.stdout, /^(\S+\n.*unpacked.*\n.* busy .*\n){2}Its inspector was open before\.\n$/);
});

test('a process that says nothing of itself is captured all the same', async (t) => {
  const dir = folder(t);
  const silent =
    "const nothing = () => { throw new Error('not permitted'); }; globalThis.process = new Proxy({}, { get: nothing }); console.log('up');";
  const { port } = await start(t, { inspect: true, code: `${LEAKY.replace("console.log('up');", '')}${silent}` });
  const result = await captureFrom({ inspect: port, dir });
  assert.deepEqual([result.runtime, result.pid, result.node], ['V8', undefined, undefined]);
  assert.ok((await countOf(result.path, 'Visit')) > 0);
  const sidecar = JSON.parse(fs.readFileSync(`${result.path}.json`, 'utf8'));
  assert.equal(sidecar.runtime, 'V8');
});

// The program itself: the script of npm before it does not end it.
const deno = path.join(nodes, '@deno', 'linux-x64-glibc', 'deno');
test(
  'Deno without permissions is captured',
  { skip: !fs.existsSync(deno) && 'deno is not installed here' },
  async (t) => {
    const dir = folder(t);
    const script = path.join(dir, 'leaky.js');
    // Deno drops a session that begins before the program does.
    fs.writeFileSync(script, LEAKY.replace('console.log', 'console.error'));
    const args = ['run', '--no-prompt', '--inspect=127.0.0.1:0', script];
    const { port } = await startOther(t, deno, args, /ws:\/\/127\.0\.0\.1:(\d+)[^]*\bup\b/);
    const snapshots = path.join(dir, 'heaps');
    fs.mkdirSync(snapshots);
    for await (const { runtime } of captureSeriesFrom({ inspect: port, dir: snapshots, count: 3, intervalMs: 300 }))
      assert.equal(runtime, 'Deno');
    const { leaks, comparison } = await findLeaks([snapshots]);
    assert.equal(comparison.ids, true);
    assert.equal(leaks[0].className, 'Visit');
  },
);

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) =>
  fs.existsSync(file),
);
test(
  'a page of Chromium is captured',
  { skip: chromium === undefined && 'no Chromium is installed here' },
  async (t) => {
    const dir = folder(t);
    const page = `data:text/html,<script>${encodeURIComponent(LEAKY)}</script>`;
    const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-profile-'));
    t.after(() => fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
    const args = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
    ];
    const { port } = await startOther(t, chromium, [...args, page], /ws:\/\/127\.0\.0\.1:(\d+)/);
    const taken = [];
    for await (const result of captureSeriesFrom({ inspect: port, dir, count: 3, intervalMs: 300 })) taken.push(result);
    assert.deepEqual(
      taken.map(({ runtime, pid }) => [runtime, pid]),
      taken.map(() => ['V8', undefined]),
    );
    assert.match(taken[0].runtimeVersion, /Chrome/);
    const { leaks } = await findLeaks([dir]);
    assert.ok(
      leaks.some(({ className }) => className === 'Visit'),
      leaks.map(({ className }) => className).join(),
    );
  },
);

/** A process that is not Node.js, when it has said its port. */
async function startOther(t, program, args, said) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  let text = '';
  for await (const part of child.stderr.setEncoding('utf8')) {
    text += part;
    const [, port] = said.exec(text) ?? [];
    if (port !== undefined) {
      child.stderr.resume();
      return { port: Number(port) };
    }
  }
  throw new Error(`it said no port: ${text}`);
}

test('what cannot be captured is left alone, and the error says why', { skip: !isLinux }, async (t) => {
  const dir = folder(t);
  const rejects = (options, code, text) =>
    assert.rejects(captureFrom({ dir, ...options }), (error) => {
      assert.equal(error.code, code, error.message);
      assert.match(error.message, text);
      return true;
    });
  const sleeper = spawn('sleep', ['100']);
  t.after(() => sleeper.kill());
  await rejects({ pid: sleeper.pid }, 'HEAPHOUND_ERR_INSPECTOR', /not a Node\.js process/);
  assert.equal(sleeper.exitCode ?? sleeper.signalCode, null, 'it is alive');
  const gone = spawnSync('true').pid;
  await rejects({ pid: gone }, 'HEAPHOUND_ERR_INSPECTOR', /no process/);
  await rejects({ pid: process.pid }, 'HEAPHOUND_ERR_OPTION', /captureSnapshot/);
  await rejects({ pid: 1, inspect: 1 }, 'HEAPHOUND_ERR_OPTION', /not both/);
  await rejects({}, 'HEAPHOUND_ERR_OPTION', /pid/);
  await rejects({ inspect: 'http://' }, 'HEAPHOUND_ERR_OPTION', /port/);
  await rejects({ inspect: 1 }, 'HEAPHOUND_ERR_INSPECTOR', /ECONNREFUSED/);
  const { pid, port } = await start(t, { inspect: true });
  await rejects({ inspect: port, worker: 99 }, 'HEAPHOUND_ERR_INSPECTOR', /worker thread 99/);
  await rejects({ inspect: port, maxMemoryBytes: 1000 }, 'HEAPHOUND_ERR_NO_HEADROOM', /maxMemoryBytes/);
  await rejects({ inspect: port, maxPauseMs: 1 }, 'HEAPHOUND_ERR_MAX_PAUSE', /maxPauseMs/);
  await rejects({ inspect: port, maxBytes: 1000 }, 'HEAPHOUND_ERR_MAX_BYTES', /maxBytes/);
  await rejects({ inspect: port, dir: path.join(dir, 'missing') }, 'HEAPHOUND_ERR_IO', /missing/);
  fs.writeFileSync(path.join(dir, 'mine'), '');
  await rejects({ inspect: port, dir: undefined, path: path.join(dir, 'mine') }, 'HEAPHOUND_ERR_EXISTS', /mine/);
  await rejects({ inspect: port, timeoutMs: 1 }, 'HEAPHOUND_ERR_TIMEOUT', /timeoutMs/);
  assert.deepEqual(fs.readdirSync(dir), ['mine']);
  assert.ok((await captureFrom({ inspect: port, dir })).pid === pid, 'and the next one works');
});

test('a capture that is aborted, or whose process dies, leaves nothing', { skip: !isLinux }, async (t) => {
  const dir = folder(t);
  const { child, pid } = await start(t);
  const controller = new AbortController();
  const reason = new Error('changed my mind');
  const onProgress = ({ stage }) => stage === 'writing' && controller.abort(reason);
  await assert.rejects(captureFrom({ pid, dir, signal: controller.signal, onProgress }), reason);
  assert.deepEqual([child.exitCode, child.signalCode], [null, null]);
  assert.equal(listening(pid), 0);
  assert.deepEqual(fs.readdirSync(dir), []);
  const dying = captureFrom({ pid, dir, onProgress: ({ stage }) => stage === 'writing' && child.kill('SIGKILL') });
  await assert.rejects(dying, { code: 'HEAPHOUND_ERR_INSPECTOR' });
  assert.deepEqual(fs.readdirSync(dir), []);
});

test('a process that writes is not left before it has written, for Node.js before 24 crashes then', async (t) => {
  const dir = folder(t);
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.after(() => server.close());
  await once(server, 'listening');
  const facts = { pid: 1, node: 'v20.0.0', spaces: [], availableBytes: null, idSpace: 'x' };
  const seen = [];
  const writing = new Promise((resolve) => {
    server.on('connection', (socket) => {
      socket.on('close', () => seen.push('closed'));
      socket.on('message', async (text) => {
        const { id, method } = JSON.parse(text);
        const piece = () =>
          socket.send(JSON.stringify({ method: 'HeapProfiler.addHeapSnapshotChunk', params: { chunk: '{' } }));
        const answer = (result) => socket.send(JSON.stringify({ id, result }));
        if (method !== 'HeapProfiler.takeHeapSnapshot') return answer({ result: { value: facts } });
        piece();
        resolve({ piece, answer, gone: new Promise((left) => socket.on('close', left)) });
      });
    });
  });
  const controller = new AbortController();
  const reason = new Error('changed my mind');
  const onProgress = ({ stage }) => stage === 'writing' && controller.abort(reason);
  const capturing = captureFrom({
    inspect: `ws://127.0.0.1:${server.address().port}`,
    dir,
    signal: controller.signal,
    onProgress,
    checkHeadroom: false,
  });
  const rejected = assert.rejects(capturing, reason).then(() => seen.push('rejected'));
  const { piece, answer, gone } = await writing;
  for (let index = 0; index < 5; index += 1) {
    await sleep(20);
    piece();
  }
  assert.deepEqual([controller.signal.aborted, seen], [true, []]);
  answer({});
  await rejected;
  await gone;
  assert.deepEqual(fs.readdirSync(dir), []);
});

test('nothing is read from the socket while a piece is worked on', async (t) => {
  const PIECES = 100;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.after(() => server.close());
  await once(server, 'listening');
  let sent = 0;
  server.on('connection', (socket) => {
    for (let number = 0; number < PIECES; number += 1) {
      socket.send(
        JSON.stringify({ method: 'piece', params: { number, text: 'x'.repeat(1 << 20) } }),
        () => (sent += 1),
      );
    }
  });
  let open;
  const gate = new Promise((resolve) => (open = resolve));
  const seen = [];
  const all = new Promise((resolve) => (t.all = resolve));
  const { dialogue, close } = await connect(`ws://127.0.0.1:${server.address().port}`);
  dialogue.on('piece', async ({ number }) => {
    seen.push(number);
    await gate;
    if (seen.length === PIECES) t.all();
  });
  // Until nothing moves any more: the buffers of the kernel are full.
  for (let before = -1, still = 0; still < 20; still = sent === before ? still + 1 : 0, before = sent) await sleep(5);
  assert.ok(sent < PIECES / 2, `${sent} of ${PIECES} pieces left the sender, with nobody to take them`);
  assert.deepEqual(seen.slice(1), []);
  open();
  await all;
  assert.deepEqual(
    seen,
    Array.from({ length: PIECES }, (_, number) => number),
  );
  await close();
});

test('the memory of the capturing process does not depend on the snapshot', { skip: !isLinux }, async (t) => {
  const dir = folder(t);
  const script = `
    const { captureFrom } = require(${JSON.stringify(path.join(__dirname, '..'))});
    captureFrom({ inspect: +process.argv[1], dir: ${JSON.stringify(dir)}, checkHeadroom: false }).then(({ rawBytes }) => {
      console.log(JSON.stringify({ rawBytes, peak: process.resourceUsage().maxRSS * 1024 }));
    });
  `;
  const facts = [];
  for (const length of [10, 250_000]) {
    const code = `globalThis.kept = Array.from({ length: ${length} }, (_, index) => ({ index, next: { index } })); console.log('up'); setInterval(() => {}, 1000)`;
    const { port } = await start(t, { inspect: true, code });
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script, String(port)], { encoding: 'utf8' });
    assert.equal(stderr, '');
    facts.push(JSON.parse(stdout));
  }
  const [small, large] = facts;
  assert.ok(large.rawBytes - small.rawBytes > 30e6, `${large.rawBytes}`);
  assert.ok(large.peak - small.peak < (large.rawBytes - small.rawBytes) / 1.5, JSON.stringify(facts));
  t.diagnostic(JSON.stringify(facts));
});

test('contents of strings can stay where they are', { skip: !isLinux }, async (t) => {
  const dir = folder(t);
  const secret = 'correct-horse-battery-staple';
  const code = `globalThis.kept = { password: '${secret}', again: process.argv[1] }; console.log('up'); setInterval(() => {}, 1000)`;
  const { port } = await start(t, { inspect: true, code });
  const capture = async (options) => {
    const { path: file } = await captureFrom({ inspect: port, dir, compression: 'none', ...options });
    return fs.readFileSync(file, 'utf8');
  };
  assert.ok((await capture()).includes(secret), 'it is there to be found');
  const redacted = await capture({ redact: 'strings', key: 'a key that nobody guesses' });
  assert.ok(!redacted.includes(secret) && redacted.includes('password'));
  await assert.rejects(capture({ key: 'a key that nobody guesses' }), { code: 'HEAPHOUND_ERR_OPTION' });
  const told = spawnSync(
    process.execPath,
    [MAIN, 'capture', '--inspect', String(port), '--redact', '--out', 'r.heapsnapshot'],
    { encoding: 'utf8', cwd: dir },
  );
  assert.equal(told.status, 0, told.stderr);
  assert.ok(!fs.readFileSync(path.join(dir, 'r.heapsnapshot'), 'utf8').includes(secret));
});

test('the command line captures, lists and explains', { skip: !isLinux }, async (t) => {
  const dir = folder(t);
  const { pid, port } = await start(t, { inspect: true });
  const heaphound = (...args) =>
    spawnSync(process.execPath, [MAIN, 'capture', ...args], { encoding: 'utf8', cwd: dir });
  const list = heaphound('--inspect', String(port), '--list');
  assert.match(list.stdout, /^ *1 /m, list.stderr);
  const told = heaphound('--inspect', `127.0.0.1:${port}`, '--out', 'app.heapsnapshot');
  assert.equal(told.status, 0, told.stderr);
  assert.match(
    told.stdout,
    new RegExp(`^app\\.heapsnapshot\n.*process ${pid}, Node\\.js v.*\n.*busy.*\n.*was open before`),
  );
  assert.equal(
    JSON.parse(fs.readFileSync(path.join(dir, 'app.heapsnapshot'), 'utf8')).snapshot.node_count > 1000,
    true,
  );
  const json = JSON.parse(heaphound('--inspect', String(port), '--compress', 'gz', '--worker', '1', '--json').stdout);
  assert.deepEqual([json.threadId, path.dirname(json.path), path.extname(json.path)], [1, fs.realpathSync(dir), '.gz']);
  const again = heaphound('--inspect', String(port), '--out', 'app.heapsnapshot');
  assert.deepEqual([again.status, again.stdout], [3, '']);
  assert.match(again.stderr, /HEAPHOUND_ERR_EXISTS/);
  assert.equal(heaphound().status, 2);
  assert.equal(heaphound('--pid', 'x').status, 2);
});

test(
  'what ends like a directory is one: it is made, and each snapshot gets a name in it',
  { skip: !isLinux },
  async (t) => {
    const dir = folder(t);
    const { port } = await start(t, { inspect: true });
    const heaphound = (...args) =>
      spawnSync(process.execPath, [MAIN, 'capture', '--inspect', String(port), ...args], {
        encoding: 'utf8',
        cwd: dir,
      });
    for (const count of [1, 2]) {
      const told = heaphound('--out', 'new/heaps/');
      assert.equal(told.status, 0, told.stderr);
      const found = fs.readdirSync(path.join(dir, 'new', 'heaps')).filter((name) => name.endsWith('.heapsnapshot.zst'));
      assert.equal(found.length, count);
    }
    fs.writeFileSync(path.join(dir, 'file'), '');
    const refused = heaphound('--out', 'file/');
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /^error: --out file\/ is no directory, and cannot be made one: E/);
  },
);
