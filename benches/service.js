'use strict';

// A Fastify service with a heap of small objects, in a process of its own, for the benchmarks of capture. It says
// `{ port, heapBytes, nodes }` when it listens. On `{ take: 'plain' | 'fork' | 'inline', path }` it takes a snapshot of
// itself, and says how long its event loop stood still; on `{ take: 'nothing', durationMs }` it takes none for that
// long.
//
//   node benches/service.js MEGABYTES

const { dirname } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const v8 = require('node:v8');
const fastify = require('fastify');
const { captureSnapshot } = require('..');
const { estimate } = require('../lib/room/estimate');
const { checkRoom } = require('../lib/room/headroom');

/** How often the heap is measured while it is filled. */
const STEP = 20_000;
/** Of the probe of the event loop. */
const PROBE_MS = 1;

class Visit {
  constructor(index) {
    this.page = `/posts/${index % 40}`;
    this.visitor = {
      name: `visitor ${index}`,
      mail: Buffer.from(`v${index}@example.org`).toString('latin1'),
      seen: index / 3,
    };
    this.trail = [index, { at: index / 7 }];
  }
}

const visits = new Map();

function fill(megabytes) {
  const level = v8.getHeapStatistics().used_heap_size + megabytes * 1e6;
  while (v8.getHeapStatistics().used_heap_size < level) {
    for (let index = 0; index < STEP; index += 1) visits.set(`v${visits.size}`, new Visit(visits.size));
  }
}

/** The longest time between two turns of the event loop from now on. */
function probe() {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, PROBE_MS);
  return () => {
    clearInterval(timer);
    return Math.max(longest, performance.now() - last);
  };
}

async function take(how, path, durationMs) {
  const stop = probe();
  const start = performance.now();
  try {
    if (how === 'nothing') {
      await sleep(durationMs);
      return { pauseMs: 0, durationMs, longestMs: stop() };
    }
    if (how !== 'plain') {
      const result = await captureSnapshot({ mode: how, path });
      return { ...result, longestMs: stop() };
    }
    // Where its memory is not there the kernel would end this process: the table says so instead.
    checkRoom(estimate('none'), { directory: dirname(path) });
    v8.writeHeapSnapshot(path);
    const pauseMs = performance.now() - start;
    return { pauseMs, durationMs: pauseMs, longestMs: stop() };
  } catch (error) {
    stop();
    return { code: error.code, failed: `${error.code}: ${error.message}` };
  }
}

async function main() {
  fill(Number(process.argv[2] ?? 50));
  const app = fastify();
  // Each request changes what is old and leaves something new, as a service does.
  app.get('/visit/:index', async (request) => {
    const key = `v${Number(request.params.index) % visits.size}`;
    visits.set(key, new Visit(Number(request.params.index)));
    return { page: visits.get(key).page };
  });
  process.on('message', async ({ take: how, path, durationMs }) =>
    process.send({ taken: await take(how, path, durationMs) }),
  );
  process.on('disconnect', () => process.exit(0));
  await app.listen({ host: '127.0.0.1', port: 0 });
  process.send({ port: app.server.address().port, heapBytes: v8.getHeapStatistics().used_heap_size });
}

main();
