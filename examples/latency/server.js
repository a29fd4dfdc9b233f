'use strict';

// A small HTTP server with a heap worth looking at. It says `{ port }` when it listens. On `{ take: 'plain' | 'fork',
// path }` it takes a snapshot of itself and says `{ taken }`.

const http = require('node:http');
const v8 = require('node:v8');
const { captureSnapshot } = require('../..');

const OBJECTS = 400_000;

const orders = Array.from({ length: OBJECTS }, (_, index) => ({
  number: index,
  customer: `customer ${index}`,
  lines: [{ price: index / 3 }],
}));

async function take(how, path) {
  const start = performance.now();
  if (how === 'plain') {
    v8.writeHeapSnapshot(path);
    return { pauseMs: performance.now() - start };
  }
  return captureSnapshot({ path, mode: 'fork' });
}

process.on('message', async ({ take: how, path }) => {
  try {
    process.send({ taken: await take(how, path) });
  } catch (error) {
    process.send({ failed: error.message });
  }
});
process.on('disconnect', () => process.exit(0));

const server = http.createServer((request, response) => response.end(JSON.stringify(orders[Date.now() % OBJECTS])));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
