'use strict';

// What the container runs: snapshots go into a bucket when HEAP_BUCKET names one, else into the volume.

const http = require('node:http');
const { captureSnapshot, openStore } = require('heaphound');

const { HEAP_BUCKET, HEAP_DIR = '/heaps/store', HEAP_KEY, PORT = '3000' } = process.env;
const place = HEAP_BUCKET
  ? { s3: { bucket: HEAP_BUCKET, service: 'shop' } }
  : { dir: HEAP_DIR, maxFiles: 5, maxTotalBytes: 1.5e9 };

async function main() {
  const store = await openStore({ ...place, ...(HEAP_KEY && { encryptTo: HEAP_KEY }) });
  for (const file of store.swept.unfinished) console.warn(`an unfinished snapshot was left behind: ${file}`);
  const server = http.createServer((request, response) => response.end('fine\n'));
  // Somebody with a shell in the pod: kill -USR2 1. For a secured route there is the plugin for Fastify.
  process.on('SIGUSR2', () => {
    store
      .capture((target) => captureSnapshot(target), { trigger: 'signal' })
      .then(
        ({ id, location, pauseMs }) =>
          console.log(`snapshot ${id} in ${location}, the process stood still for ${Math.ceil(pauseMs)} ms`),
        (error) => console.error(`${error.code}: ${error.message}`),
      );
  });
  process.once('SIGTERM', async () => {
    server.close();
    await store.close();
  });
  server.listen(Number(PORT), () => console.log('ready'));
}

main();
