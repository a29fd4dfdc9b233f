'use strict';

// A server that leaks a session with each request, in a process of its own. It says `{ port }` when it listens. On
// `{ take: 'fork' | 'freeze', path }` it takes a snapshot or an image of itself, on `{ take: 'nothing' }` none, and says
// how many sessions it has.
//
//   node benches/leaking-service.js MEGABYTES

const http = require('node:http');
const { captureSnapshot } = require('..');

class Session {
  constructor(index) {
    this.id = `session ${index}`;
    this.user = { name: `user ${index}` };
  }
}

class SessionStore {
  constructor() {
    this.sessions = new Map();
  }
}

const store = new SessionStore();
globalThis.store = store;
globalThis.ballast = Array.from({ length: Number(process.argv[2] ?? 0) * 10 }, (_, index) =>
  Array.from({ length: 12_800 }, (_, item) => index + item + 0.5),
);

async function take(how, path) {
  if (how === 'nothing') return {};
  try {
    return await captureSnapshot({ mode: how, path });
  } catch (error) {
    return { code: error.code, failed: `${error.code}: ${error.message}` };
  }
}

const server = http.createServer((request, response) => {
  const index = store.sessions.size;
  store.sessions.set(`s${index}`, new Session(index));
  response.end(String(index));
});
process.on('message', async ({ take: how, path }) =>
  process.send({ taken: { ...(await take(how, path)), sessions: store.sessions.size } }),
);
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
