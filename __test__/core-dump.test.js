'use strict';

// Core dumps of processes that died, on every line of Node.js: their snapshots have the objects that the process had.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { openSnapshot, thawImage } = require('..');
const { addon } = require('../lib/native');
const { coreIn, whyNoCores, withCores } = require('./helpers/core-dumps');
const { folder } = require('./helpers/folder');
const { LINES, nodeOfLine } = require('./helpers/node-lines');

const skip = addon.cannotFreeze() ?? whyNoCores() ?? false;
/** It counts its sessions in a file. */
const APP = `
  const fs = require('node:fs');
  class Session { constructor(i) { this.id = 'sess-' + i; } }
  const sessions = globalThis.sessions = new Map();
  const counter = fs.openSync('count', 'w');
  function add() {
    for (let k = 0; k < 2000; k += 1) sessions.set(sessions.size, new Session(k));
    fs.writeSync(counter, String(sessions.size).padStart(12), 0);
  }
`;

/**
 * @param {string} directory
 * @param {string} node
 * @param {string} code
 * @param {string[]} [args]
 */
async function die(directory, node, code, args = []) {
  fs.writeFileSync(path.join(directory, 'app.js'), APP + code);
  const [command, all] = withCores([node, ...args, 'app.js']);
  const app = spawn(command, all, { cwd: directory, stdio: 'ignore' });
  await once(app, 'exit');
  const core = coreIn(directory, Number(app.pid));
  assert.ok(core, 'the system writes a core dump');
  return { core, pid: Number(app.pid), count: Number(fs.readFileSync(path.join(directory, 'count'), 'utf8')) };
}

/** @param {string} file */
async function sessionsOf(file) {
  const snapshot = await openSnapshot(file);
  const { classes } = await snapshot.summary();
  await snapshot.close();
  return classes.find(({ name }) => name === 'Session')?.count ?? 0;
}

for (const line of LINES) {
  const node = nodeOfLine(line);
  const missing = skip || (node === undefined && `node${line} is not installed`);
  test(`Node ${line} that died at its heap limit gives the snapshot of its heap`, { skip: missing }, async (t) => {
    const directory = folder(t);
    const code = '(function step() { add(); setImmediate(step); })();';
    const { core, pid, count } = await die(directory, /** @type {string} */ (node), code, ['--max-old-space-size=40']);
    const file = path.join(directory, 'app.heapsnapshot');
    const thawed = await thawImage(core, { path: file });
    assert.deepEqual([thawed.pid, thawed.osThread], [pid, pid]);
    assert.match(String(thawed.death), /^SIGABRT(: Reached heap limit|: Ineffective mark-compacts near heap limit)?$/);
    assert.match(thawed.node, new RegExp(`^v${line}\\.`));
    const found = await sessionsOf(file);
    assert.ok(found >= count && found <= count + 2000, `${found} of ${count}`);
  });
}

for (const line of LINES) {
  const node = nodeOfLine(line);
  const missing = skip || (node === undefined && `node${line} is not installed`);
  test(`Node ${line} that died in JavaScript, of a full stack, is refused for it`, { skip: missing }, async (t) => {
    const directory = folder(t);
    const code = 'add(); (function f(a, b, c) { f(b, c, a) + f(c, a, b); })();';
    const { core } = await die(directory, /** @type {string} */ (node), code, ['--stack-size=60000']);
    await assert.rejects(thawImage(core, { path: path.join(directory, 'app.heapsnapshot') }), {
      code: 'HEAPHOUND_ERR_THAW',
      message: /died within compiled code of JavaScript/,
    });
  });
}

test('the heap of a worker is not taken for that of the main thread', { skip }, async (t) => {
  const directory = folder(t);
  const code = `
    const { Worker, isMainThread, parentPort } = require('node:worker_threads');
    if (isMainThread) new Worker(__filename).on('message', () => process.abort());
    else {
      add();
      fs.writeFileSync('thread', fs.readlinkSync('/proc/thread-self').split('/').at(-1));
      setTimeout(() => parentPort.postMessage('it waits for events'), 100);
      parentPort.on('message', () => {});
    }
  `;
  const { core, pid } = await die(directory, process.execPath, code);
  const thread = Number(fs.readFileSync(path.join(directory, 'thread'), 'utf8'));
  const file = path.join(directory, 'worker.heapsnapshot');
  const thawed = await thawImage(core, { path: file, thread });
  assert.equal(thawed.osThread, thread);
  assert.equal(await sessionsOf(file), 2000);
  const whose = async (/** @type {string} */ source) => {
    const snapshot = await openSnapshot(source);
    t.after(() => snapshot.close());
    const { takenAtFrom, pid, threadId } = snapshot.info;
    return [takenAtFrom, pid, threadId];
  };
  assert.deepEqual(await whose(file), ['capture', undefined, undefined]);
  assert.deepEqual(await whose(core), ['capture', pid, 0]);
});

test('a core dump that was cut, or has no such thread, is an error that says so', { skip }, async (t) => {
  const directory = folder(t);
  const { core } = await die(directory, process.execPath, 'add(); process.abort();');
  const out = path.join(directory, 'app.heapsnapshot');
  await assert.rejects(thawImage(core, { path: out, thread: 1 }), {
    code: 'HEAPHOUND_ERR_CORE',
    message: /has no thread 1/,
  });
  fs.truncateSync(core, fs.statSync(core).size - 4096);
  await assert.rejects(thawImage(core, { path: out }), { code: 'HEAPHOUND_ERR_CORE', message: /4096 are missing/ });
  assert.equal(fs.existsSync(out), false);
});
