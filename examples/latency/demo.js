'use strict';

// What a client of a server sees while a snapshot of it is taken: first by `v8.writeHeapSnapshot`, then by a fork.
// Prints the slowest answer of every fifth of a second.
//
//   npm run demo:capture

const { fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

/** Between two requests of the client. */
const EVERY_MS = 5;
const BUCKET_MS = 200;
/** Before and after each snapshot. */
const AROUND_MS = 1000;
const BAR = 60;

async function answer(server) {
  const [message] = await Promise.race([
    once(server, 'message'),
    once(server, 'exit').then(([code]) => [{ failed: `the server ended with ${code}` }]),
  ]);
  if (message.failed !== undefined) throw new Error(message.failed);
  return message;
}

/** Asks at a steady rate, whether or not the server answers; `stop` waits for the last answer. */
function client(port) {
  const agent = new http.Agent({ keepAlive: true });
  const start = performance.now();
  const latencies = [];
  const open = new Set();
  const timer = setInterval(() => {
    const at = performance.now();
    const one = new Promise((resolve, reject) => {
      http
        .get({ host: '127.0.0.1', port, agent }, (response) => response.resume().on('end', resolve))
        .on('error', reject);
    }).then(() => {
      latencies.push({ at: at - start, ms: performance.now() - at });
      open.delete(one);
    });
    open.add(one);
  }, EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
      return latencies;
    },
  };
}

/** One line for each bucket of time in which requests were sent. */
function print(latencies) {
  const buckets = new Map();
  for (const { at, ms } of latencies) {
    const bucket = Math.floor(at / BUCKET_MS);
    buckets.set(bucket, Math.max(buckets.get(bucket) ?? 0, ms));
  }
  for (const [bucket, ms] of [...buckets].sort(([left], [right]) => left - right)) {
    // Ten times slower is a fifth of the bar: 0.1 ms has none, 10 s has all of it.
    const length = Math.max(0, Math.min(BAR, Math.round((Math.log10(ms * 10) / 5) * BAR)));
    console.log(
      `  ${((bucket * BUCKET_MS) / 1000).toFixed(1).padStart(5)} s ${ms.toFixed(1).padStart(9)} ms ${'#'.repeat(length)}`,
    );
  }
}

async function watch(server, port, how, directory) {
  const watching = client(port);
  await sleep(AROUND_MS);
  const file = path.join(directory, `${how}.heapsnapshot`);
  server.send({ take: how, path: file });
  const { taken } = await answer(server);
  await sleep(AROUND_MS);
  const latencies = await watching.stop();
  print(latencies);
  const slowest = Math.max(...latencies.map(({ ms }) => ms));
  console.log(
    `  the server stood still for ${taken.pauseMs.toFixed(1)} ms, the slowest of ${latencies.length} requests took ${slowest.toFixed(1)} ms, ` +
      `the file has ${(fs.statSync(file).size / 1e6).toFixed(1)} MB\n`,
  );
}

async function main() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-latency-'));
  const server = fork(path.join(__dirname, 'server.js'));
  try {
    const { port } = await answer(server);
    console.log('v8.writeHeapSnapshot: the slowest request of each fifth of a second');
    await watch(server, port, 'plain', directory);
    console.log('captureSnapshot, mode fork');
    await watch(server, port, 'fork', directory);
  } finally {
    const ended = once(server, 'exit');
    server.disconnect();
    await ended;
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

main();
