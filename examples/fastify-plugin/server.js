'use strict';

// A service with heaphound: routes for operators under /internal, probes for Kubernetes, and a page.
//
//   HEAP_TOKEN=$(openssl rand -hex 32) node examples/fastify-plugin/server.js
//   curl -X POST -H "authorization: Bearer $HEAP_TOKEN" 'http://127.0.0.1:3000/internal/heap-snapshot?wait=true'
//
// HOST, PORT     where it listens: 127.0.0.1, 3000
// HEAP_DIR       where snapshots are kept; by default in a private directory

const fastify = require('fastify');
const heaphound = require('../../fastify');

const { HEAP_TOKEN, HEAP_DIR, HOST = '127.0.0.1', PORT = '3000' } = process.env;

/** Pages that were served. Forgetting to bound it would be a leak. */
const visits = new Map();

async function main() {
  const app = fastify({ logger: true });

  // Without HEAP_TOKEN this throws, and the service does not start.
  await app.register(heaphound, {
    auth: { bearer: [HEAP_TOKEN] },
    prefix: '/internal',
    ...(HEAP_DIR && { store: { dir: HEAP_DIR, maxFiles: 5 } }),
  });

  // The load balancer sends nobody here while a capture is due that would hold the thread. Forked captures never are.
  app.get('/ready', { logLevel: 'warn' }, async (_request, reply) => {
    const ready = app.heaphound.isReady();
    return reply.code(ready ? 200 : 503).send({ ready });
  });
  app.get('/live', { logLevel: 'warn' }, async () => ({ live: true }));

  app.get('/pages/:name', async (request) => {
    const { name } = /** @type {{ name: string }} */ (request.params);
    visits.set(`${name} ${visits.size % 1000}`, { name, at: Date.now() });
    return { name, visits: visits.size };
  });

  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close());
  await app.listen({ host: HOST, port: Number(PORT) });
}

main().catch((error) => {
  console.error(`${error.code ?? 'error'}: ${error.message}`);
  process.exitCode = 1;
});
