'use strict';

// What is healthy passes, however few runs and snapshots there are: what changes by itself in a process is no leak.

const assert = require('node:assert/strict');
const http = require('node:http');
const { after, before, describe, it } = require('node:test');
const Fastify = require('fastify');
const { assertNoLeak } = require('heaphound/test');

describe('no leak is found in', () => {
  const app = Fastify();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const url = () => `http://127.0.0.1:${/** @type {any} */ (app.server.address()).port}/posts/1`;
  before(() => {
    app.get('/posts/:id', async ({ params }) => params);
    return app.listen({ port: 0, host: '127.0.0.1' });
  });
  after(() => {
    agent.destroy();
    return app.close();
  });

  for (const snapshots of [2, 3]) {
    it(`an idle process, by ${snapshots} snapshots`, async () => {
      await assertNoLeak(() => {}, { iterations: 7, snapshots, warmup: 0 });
    });
    for (const iterations of [7, 211]) {
      it(`a server of which ${iterations} things are asked, by ${snapshots} snapshots`, async () => {
        await assertNoLeak(
          async () => {
            const answer = await new Promise((resolve, reject) =>
              http.get(url(), { agent }, resolve).on('error', reject),
            );
            for await (const _ of answer);
            assert.equal((await app.inject('/posts/2')).statusCode, 200);
          },
          { iterations, snapshots },
        );
      });
    }
  }

  it('fetch, of which Node.js remembers some', async () => {
    await assertNoLeak(async () => (await fetch(url())).text(), { iterations: 7 });
  });
});
