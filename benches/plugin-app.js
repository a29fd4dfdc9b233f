'use strict';

// A Fastify app with heaphound and a heap of small objects, in a process of its own, for `plugin.js`. It says `{ port,
// heapBytes, mode }` when it listens.
//
//   node benches/plugin-app.js MEGABYTES DIRECTORY KEY

const v8 = require('node:v8');
const fastify = require('fastify');
const heaphound = require('../fastify');

/** How often the heap is measured while it is filled. */
const STEP = 20_000;

const visits = new Map();

function fill(megabytes) {
  const level = v8.getHeapStatistics().used_heap_size + megabytes * 1e6;
  while (v8.getHeapStatistics().used_heap_size < level) {
    for (let index = 0; index < STEP; index += 1) visits.set(visits.size, visit(visits.size));
  }
}

/** @param {number} index */
function visit(index) {
  return {
    page: `/posts/${index % 40}`,
    visitor: { name: `visitor ${index}`, seen: index / 3 },
    trail: [index, { at: index / 7 }],
  };
}

async function main() {
  const [megabytes, dir, key] = process.argv.slice(2);
  fill(Number(megabytes));
  const app = fastify();
  await app.register(heaphound, {
    auth: { bearer: [key] },
    store: { dir, maxFiles: 2 },
    limits: { maxPerDay: 100_000 },
  });
  let count = 0;
  app.get('/visit', async () => {
    count += 1;
    const index = (count * 7919) % visits.size;
    visits.set(index, visit(index));
    return visits.get(index);
  });
  process.on('disconnect', () => process.exit(0));
  await app.listen({ host: '127.0.0.1', port: 0, backlog: 2048 });
  process.send({
    port: app.server.address().port,
    heapBytes: v8.getHeapStatistics().used_heap_size,
    mode: app.heaphound.mode,
  });
}

main();
