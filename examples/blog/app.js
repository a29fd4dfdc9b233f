'use strict';

// A blog on Fastify, started by `demo.js` in a process of its own. `--fixed` gives it the store whose sessions expire.
// It says `{ port }` when it listens. On `{ capture: FILE }` it comes to rest, takes a snapshot of itself and says `{
// captured: FILE }`.

const crypto = require('node:crypto');
const timers = require('node:timers/promises');
const v8 = require('node:v8');
const vm = require('node:vm');
const fastify = require('fastify');
const { captureSnapshot } = require('../..');
const { SessionStore, ExpiringSessionStore } = require('./session-store');

const SESSION_LIFETIME_MS = 200;
/** A pause per turn of coming to rest; four of them outlive a session and the connections that were closed. */
const REST_MS = 100;
const REST_TURNS = 4;

const posts = Array.from({ length: 20 }, (_, index) => ({
  id: index,
  title: `Post ${index}`,
  text: 'Lorem ipsum dolor sit amet. '.repeat(20),
}));

function build(store) {
  const app = fastify();
  app.decorateRequest('session', null);

  app.addHook('onRequest', async (request, reply) => {
    const id = /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
    request.session = store.find(id);
    if (request.session !== undefined) return;
    request.session = store.start(crypto.randomUUID());
    reply.header('set-cookie', `session=${request.session.id}; HttpOnly`);
  });

  app.get('/posts', async () => posts.map(({ id, title }) => ({ id, title })));

  app.get('/posts/:id', async (request, reply) => {
    const post = posts[request.params.id];
    if (post === undefined) return reply.code(404).send({ error: 'no such post' });
    request.session.readPosts.push(post.id);
    return post;
  });

  app.addHook('onClose', async () => store.close());
  return app;
}

/** Lets expired sessions, closed connections and finalizers go, so that the snapshot holds what stays. */
async function rest(collectGarbage) {
  for (let turn = 0; turn < REST_TURNS; turn += 1) {
    await timers.setTimeout(REST_MS);
    await timers.setImmediate();
    collectGarbage();
  }
}

async function main() {
  v8.setFlagsFromString('--expose-gc');
  const collectGarbage = vm.runInNewContext('gc');
  const store = process.argv.includes('--fixed') ? new ExpiringSessionStore(SESSION_LIFETIME_MS) : new SessionStore();
  const app = build(store);

  process.on('message', async ({ capture }) => {
    try {
      await rest(collectGarbage);
      await captureSnapshot({ path: capture, mode: 'inline', keepIds: true });
      process.send({ captured: capture });
    } catch (error) {
      process.send({ failed: error.message });
    }
  });
  process.on('disconnect', () => app.close());

  await app.listen({ host: '127.0.0.1', port: 0 });
  process.send({ port: app.server.address().port });
}

main();
