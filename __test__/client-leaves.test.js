'use strict';

// A client that goes away, at every step of its request and on every way to the routes: nothing waits for it, and the
// next capture works.

const assert = require('node:assert/strict');
const http = require('node:http');
const net = require('node:net');
const { once } = require('node:events');
const { test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const express = require('express');
const Fastify = require('fastify');
const { createHandler } = require('../http');
const middleware = require('../http/express');
const plugin = require('../fastify');
const { openPaperStore } = require('./helpers/paper-store');
const { KEY } = require('./helpers/service-app');

/**
 * How the routes are served, behind something of the host's that takes its time: each gives the port, the service and
 * its end.
 */
const ADAPTERS = {
  plain: async (options, hook) => {
    const handler = await createHandler(options);
    const server = http.createServer(async (req, res) => {
      await hook();
      await handler(req, res);
    });
    return withServer(server, handler.service, () => handler.close());
  },
  Express: async (options, hook) => {
    const handler = await middleware(options);
    const app = express();
    app.use(express.json());
    app.use((_req, _res, next) => void hook().then(() => next()));
    app.use(handler);
    return withServer(http.createServer(app), handler.service, () => handler.close());
  },
  Fastify: async (options, hook) => {
    const app = Fastify();
    app.addHook('onRequest', hook);
    await app.register(plugin, options);
    await app.listen({ host: '127.0.0.1', port: 0 });
    return {
      port: app.server.address().port,
      server: app.server,
      service: app.heaphound.service,
      close: () => app.close(),
    };
  },
};

/**
 * @param {http.Server} server
 * @param {import('..').Service} service
 * @param {() => Promise<void>} end
 */
async function withServer(server, service, end) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async () => {
    await end();
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { port: server.address().port, server, service, close };
}

/** A promise that the test settles. */
function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { open, opened };
}

/** An `auth` that the test lets go on; as a callback it is what Express and @fastify/auth have. */
function slowAuth(isCallback) {
  const asked = gate();
  const allowed = gate();
  const wait = async () => {
    asked.open();
    await allowed.opened;
    return true;
  };
  const auth = isCallback ? (_request, _reply, done) => void wait().then(() => done()) : () => wait();
  return { auth, asked: asked.opened, allow: allowed.open };
}

/** Sends a request as it is and gives its socket, and a way to leave that the server has noticed. */
async function send(server, port, { method = 'POST', path = '/heap-snapshot', body = '', more = '' } = {}) {
  const arrived = once(server, 'connection');
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const [serverSide] = await arrived;
  const type = body === '' ? '' : `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
  socket.write(`${method} ${path} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${KEY}\r\n${type}${more}\r\n${body}`);
  const leave = async () => {
    // It may end by an error, which is fine.
    const gone = new Promise((resolve) => (serverSide.destroyed ? resolve() : serverSide.once('close', resolve)));
    socket.destroy();
    await gone;
  };
  return { socket, leave };
}

/** Nothing is under way, a capture works, and closing ends. */
async function isWell({ service, port, close }, store) {
  await Promise.allSettled(service.operations().map(({ done }) => done));
  assert.deepEqual(
    service.operations().filter(({ status }) => status === 'pending' || status === 'running'),
    [],
  );
  store.isGated = false;
  const answer = await fetch(`http://127.0.0.1:${port}/heap-snapshot?wait=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}` },
  });
  assert.equal(answer.status, 200, await answer.text());
  await close();
}

for (const [name, start] of Object.entries(ADAPTERS)) {
  for (const isCallback of [false, true]) {
    for (const body of ['', '{"reason":"x"}']) {
      const how = `${isCallback ? 'a callback' : 'a promise'}, ${body === '' ? 'no body' : 'a body'}`;
      test(`${name}: the client leaves while auth is asked (${how})`, async () => {
        const store = openPaperStore();
        store.isGated = false;
        const { auth, asked, allow } = slowAuth(isCallback);
        const running = await start({ auth, store }, async () => {});
        const { leave } = await send(running.server, running.port, { body });
        await asked;
        await leave();
        allow();
        // What the request goes on to do, it does in a few turns.
        for (let count = 0; count < 20; count += 1) await turn();
        await isWell(running, store);
      });
    }
  }

  test(`${name}: the client leaves while something of the host runs, before auth with a key`, async () => {
    const store = openPaperStore();
    store.isGated = false;
    const begun = gate();
    const over = gate();
    const hook = async () => {
      begun.open();
      await over.opened;
    };
    const running = await start({ auth: { bearer: [KEY] }, store }, hook);
    const { leave } = await send(running.server, running.port);
    await begun.opened;
    await leave();
    over.open();
    for (let count = 0; count < 20; count += 1) await turn();
    await isWell(running, store);
  });

  test(`${name}: the client leaves before it has sent all of its request`, async () => {
    const store = openPaperStore();
    const running = await start({ auth: { bearer: [KEY] }, store }, async () => {});
    const { leave } = await send(running.server, running.port, {
      more: 'content-type: application/json\r\ncontent-length: 100\r\n',
    });
    await leave();
    await isWell(running, store);
  });

  test(`${name}: the client leaves while others are in its way`, async () => {
    const store = openPaperStore();
    const running = await start({ auth: { bearer: [KEY] }, store }, async () => {});
    const first = running.service.capture();
    await store.whenBegun();
    const { socket, leave } = await send(running.server, running.port);
    await once(socket, 'data');
    await leave();
    store.open();
    await first.done;
    await isWell(running, store);
  });

  test(`${name}: the client leaves at its 202, before the capture begins`, async () => {
    const store = openPaperStore();
    store.isGated = false;
    const running = await start({ auth: { bearer: [KEY] }, store }, async () => {});
    const { socket, leave } = await send(running.server, running.port);
    await once(socket, 'data');
    await leave();
    await isWell(running, store);
  });

  test(`${name}: the client leaves while its capture runs, waiting for it or not`, async () => {
    for (const query of ['', '?wait=true']) {
      const store = openPaperStore();
      const running = await start({ auth: { bearer: [KEY] }, store }, async () => {});
      const begun = store.whenBegun();
      const { leave } = await send(running.server, running.port, { path: `/heap-snapshot${query}` });
      await begun;
      await leave();
      store.open();
      await isWell(running, store);
    }
  });

  test(`${name}: the client leaves while an operation is cancelled`, async () => {
    const store = openPaperStore();
    const running = await start({ auth: { bearer: [KEY] }, store }, async () => {});
    const { id, done } = running.service.capture();
    await store.whenBegun();
    const { leave } = await send(running.server, running.port, {
      method: 'DELETE',
      path: `/heap-snapshot/operations/${id}`,
    });
    await leave();
    await Promise.allSettled([running.service.cancel(id).done, done]);
    await isWell(running, store);
  });

  test(`${name}: a check that never answers holds nothing once the client has left`, async () => {
    const store = openPaperStore();
    const asked = gate();
    let isDeaf = true;
    const auth = (_request, _reply, done) => {
      asked.open();
      if (!isDeaf) done();
    };
    const running = await start({ auth, store }, async () => {});
    const { leave } = await send(running.server, running.port);
    await asked.opened;
    await leave();
    isDeaf = false;
    await isWell(running, store);
  });
}
