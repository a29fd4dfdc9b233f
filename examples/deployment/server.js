'use strict';

// What the container runs: snapshots go into a bucket when HEAP_BUCKET names one, else into the volume. With a public
// key of age in HEAP_KEY they are encrypted, and where a container has no memory for one, a frozen image takes its
// place.

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
    take(store).then(
      ({ id, kind = 'snapshot', location, pauseMs }) =>
        console.log(`${kind} ${id} in ${location}, the process stood still for ${Math.ceil(pauseMs)} ms`),
      (error) => console.error(`${error.code}: ${error.message}`),
    );
  });
  process.once('SIGTERM', async () => {
    server.close();
    await store.close();
  });
  server.listen(Number(PORT), () => console.log('ready'));
}

/**
 * An image is the whole memory of the process, with its secrets: none without a key.
 *
 * @param {import('heaphound').Store} store
 */
async function take(store) {
  try {
    return await store.capture((target) => captureSnapshot(target), { trigger: 'signal' });
  } catch (error) {
    if (error.code !== 'HEAPHOUND_ERR_NO_HEADROOM' || !HEAP_KEY) throw error;
    console.warn(error.message);
    const freeze = (target) => captureSnapshot({ mode: 'freeze', ...target });
    return store.capture(freeze, { kind: 'image', trigger: 'signal' });
  }
}

main();
