'use strict';

// One service of `service.js` under load, seen from outside.

const fs = require('node:fs');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const autocannon = require('autocannon');

const SERVICE = path.join(__dirname, 'service.js');

/**
 * @typedef {object} Service
 * @property {number} pid
 * @property {number} port
 * @property {number} heapBytes
 * @property {(how: string, path: string, durationMs?: number) => Promise<any>} take What the service says of the
 *   snapshot.
 * @property {() => Promise<void>} stop
 */

/**
 * @param {number} megabytes
 * @param {string} [node]
 * @param {string} [service] the program
 * @returns {Promise<Service>}
 */
async function start(megabytes, node = process.execPath, service = SERVICE) {
  const child = fork(service, [String(megabytes)], { execPath: node, execArgv: ['--max-old-space-size=6000'] });
  const exit = once(child, 'exit').then(([code, signal]) => [{ failed: `the service ended with ${signal ?? code}` }]);
  const answer = async () => {
    const unwanted = new AbortController();
    const answered = once(child, 'message', { signal: unwanted.signal });
    answered.catch(() => {});
    const [message] = await Promise.race([answered, exit]);
    unwanted.abort();
    if (message.failed !== undefined) throw new Error(message.failed);
    return message;
  };
  const { port, heapBytes } = await answer();
  return {
    pid: /** @type {number} */ (child.pid),
    port,
    heapBytes,
    take: async (how, file, durationMs) => {
      child.send({ take: how, path: file, durationMs });
      return (await answer()).taken;
    },
    stop: async () => {
      if (child.connected) child.disconnect();
      await exit;
    },
  };
}

/**
 * Asks the service for pages at a steady rate until `stop` is called.
 *
 * @param {Service} service
 * @param {{ rate: number, connections: number }} load
 */
function ask({ port }, { rate, connections }) {
  let index = 0;
  const running = autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    overallRate: rate,
    duration: 3600,
    timeout: 600,
    requests: [{ setupRequest: (request) => ({ ...request, path: `/visit/${(index += 7919)}` }) }],
  });
  return {
    /** @returns {Promise<{ requests: number, lost: number, p99Ms: number, maxMs: number }>} */
    stop: async () => {
      /** @type {any} */ (running).stop();
      const result = await running;
      return {
        requests: result['2xx'],
        lost: result.errors + result.timeouts + result.non2xx,
        p99Ms: result.latency.p99,
        maxMs: result.latency.max,
      };
    },
  };
}

/**
 * Memory of a process, bytes.
 *
 * @param {number} pid
 */
function memory(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (/** @type {string} */ name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

/**
 * From now on the peak is the highest level after this call.
 *
 * @param {number} pid
 */
function forgetPeak(pid) {
  fs.writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

module.exports = { start, ask, memory, forgetPeak };
