'use strict';

// A server that nobody prepared, under load, and what the kernel says of it.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const app = path.join(__dirname, '..', 'fixtures', 'unprepared-app.js');

/**
 * Starts the server, until the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} node
 * @param {number} [megabytes] of its heap, beside what Node.js takes
 */
async function startApp(t, node, megabytes = 0) {
  const child = spawn(node, [app, String(megabytes)], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'close').then(([code]) => assert.fail(`the server ended with ${code}`));
  ended.catch(() => {});
  const [line] = await Promise.race([
    once(/** @type {import('node:stream').Readable} */ (child.stdout), 'data'),
    ended,
  ]);
  const pid = /** @type {number} */ (child.pid);
  return { child, pid, port: Number(String(line)) };
}

/**
 * One request, on a connection of its own or of the agent.
 *
 * @param {number} port
 * @param {string} [target]
 * @param {http.Agent} [agent]
 * @returns {Promise<string>}
 */
function ask(port, target = '/', agent) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path: target, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => (text += piece));
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}

/**
 * Requests on `connections` connections, one after the other on each, until `stop`. A request that gets no answer is
 * lost. It stops with the test at the latest.
 *
 * @param {import('node:test').TestContext} t
 * @param {number} port
 * @param {number} connections
 */
function startLoad(t, port, connections) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const counts = { sent: 0, answered: 0, lost: 0, longestMs: 0 };
  let isOver = false;
  const lane = async () => {
    while (!isOver) {
      const start = performance.now();
      counts.sent += 1;
      try {
        const text = await ask(port, '/session', agent);
        if (/^\d+$/.test(text)) counts.answered += 1;
        else counts.lost += 1;
      } catch {
        counts.lost += 1;
      }
      counts.longestMs = Math.max(counts.longestMs, performance.now() - start);
    }
  };
  t.after(() => {
    isOver = true;
    agent.destroy();
  });
  const lanes = Array.from({ length: connections }, lane);
  return {
    counts,
    stop: async () => {
      isOver = true;
      await Promise.all(lanes);
      agent.destroy();
      return counts;
    },
  };
}

/**
 * What a freeze must leave as it was: its threads, its children, who traces it, the signals that it blocks, and how
 * much memory forks leave out.
 *
 * @param {number} pid
 */
function stateOf(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  /** @type {(key: string) => string | undefined} */
  const value = (key) => new RegExp(`^${key}:\\s*(.*)$`, 'm').exec(status)?.[1];
  const children = fs
    .readdirSync(`/proc/${pid}/task`)
    .map((task) => readIfThere(`/proc/${pid}/task/${task}/children`).trim())
    .filter((text) => text !== '');
  return { threads: Number(value('Threads')), tracer: value('TracerPid'), blocked: value('SigBlk'), children };
}

/**
 * A thread may end between the list and its file.
 *
 * @param {string} file
 */
function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Kilobytes of memory without a file that forks leave out.
 *
 * @param {number} pid
 */
function leftOutOf(pid) {
  const smaps = fs.readFileSync(`/proc/${pid}/smaps`, 'utf8');
  let kilobytes = 0;
  for (const entry of smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m))
    if (/^VmFlags:.* dc/m.test(entry) && /^\S+ \S+ \S+ 00:00 0 *$/m.test(entry))
      kilobytes += Number(/^Size:\s*(\d+)/m.exec(entry)?.[1]);
  return kilobytes;
}

/**
 * Waits until the process is as it was, for at most some seconds: who was killed is gone a moment later.
 *
 * @param {number} pid
 * @param {ReturnType<typeof stateOf>} before
 */
async function settled(pid, before) {
  const wanted = JSON.stringify(before);
  for (let turn = 0; turn < 200 && JSON.stringify(stateOf(pid)) !== wanted; turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 25));
  return stateOf(pid);
}

module.exports = { startApp, startLoad, ask, stateOf, leftOutOf, readIfThere, settled };
