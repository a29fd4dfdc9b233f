'use strict';

// A Fastify service under a load that changes, which takes snapshots of itself amid its work: `node busy-service.js
// NAME FOLDER 10,25,12,30,20`, so many clients at each snapshot. `busy.js` runs all of them.

const { AsyncLocalStorage } = require('node:async_hooks');
const { EventEmitter, setMaxListeners } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const v8 = require('node:v8');
const fastify = require('fastify');

/** Milliseconds between two snapshots, at least and at most. */
const BETWEEN = [2_500, 4_000];
const WARM_UP = 1_200;
/** Milliseconds that a client waits after an answer, at most. */
const PAUSE = 20;

class Session {
  constructor(id) {
    this.id = id;
    this.data = { cart: [], created: new Date() };
  }
}

class UserProfile {
  constructor(id) {
    this.id = id;
    this.name = `user ${id}`;
    this.roles = ['reader', 'writer'];
  }
}

class RequestContext {
  constructor({ url, headers }) {
    this.url = url;
    this.headers = { ...headers };
  }
}

/**
 * What each service does on a request, and what a finder should say of it: the class, and the container by its name or
 * the reference to it.
 *
 * @type {Record<string, { leak?: [className: RegExp, container: RegExp], serve: (app: any) => void }>}
 */
const SERVICES = {
  'sessions of some users, never removed': {
    leak: [/^Session$/, /^sessions$/],
    serve: (app) => {
      const sessions = new Map();
      app.get('/*', async () => {
        const id = String(Math.random());
        if (Math.random() < 0.3) sessions.set(id, new Session(id));
        await sleep(5);
        return { open: sessions.size };
      });
    },
  },
  'a listener for each request': {
    leak: [/^RequestContext$/, /config|_events/],
    serve: (app) => {
      const bus = new EventEmitter().setMaxListeners(0);
      app.get('/*', async (request) => {
        const context = new RequestContext(request.raw);
        bus.on('config', () => context.url);
        await sleep(3);
        return 'ok';
      });
    },
  },
  'a cache by URL, unbounded': {
    leak: [/^Object$/, /^pages$/],
    serve: (app) => {
      app.decorate('pages', {});
      app.get('/*', async ({ url }) => {
        const page = (app.pages[url] ??= { body: `<html>${url}</html>`.repeat(5), at: Date.now() });
        await sleep(2);
        return page;
      });
    },
  },
  'a race against a promise that never settles': {
    leak: [/^RequestContext$|^Promise$/, /Promise|Context/],
    serve: (app) => {
      const shutdown = new Promise(() => {});
      app.get('/*', async (request) => {
        const context = new RequestContext(request.raw);
        await Promise.race([shutdown, sleep(4).then(() => context)]);
        return 'ok';
      });
    },
  },
  'intervals that some requests start': {
    leak: [/^RequestContext$/, /TimersList/],
    serve: (app) => {
      const storage = new AsyncLocalStorage();
      app.get('/*', (request) =>
        storage.run(new RequestContext(request.raw), async () => {
          if (Math.random() < 0.1) setInterval(() => storage.getStore(), 60_000);
          await sleep(3);
          return 'ok';
        }),
      );
    },
  },
  'counters with a label for each user': {
    leak: [/^Object$/, /^hashMap$/],
    serve: (app) => {
      const counters = { requests: { hashMap: {} } };
      app.get('/*', async () => {
        const user = String(Math.floor(Math.random() * 1e9));
        (counters.requests.hashMap[`user=${user},path=/`] ??= { labels: { user }, value: 0 }).value += 1;
        return 'ok';
      });
    },
  },
  'an audit log in memory': {
    leak: [/^Buffer$|^Object$/, /^log$/],
    serve: (app) => {
      const log = [];
      app.addHook('onResponse', async ({ url }, reply) => {
        log.push({ url, ms: reply.elapsedTime, body: Buffer.from('x'.repeat(200)) });
      });
      app.get('/*', async () => sleep(1, 'ok'));
    },
  },
  'one request in fifty leaves a profile': {
    leak: [/^UserProfile$/, /^failures$/],
    serve: (app) => {
      const failures = new Set();
      app.get('/*', async ({ url }) => {
        const profile = new UserProfile(url);
        if (Math.random() < 0.02) failures.add(profile);
        return sleep(2, profile);
      });
    },
  },
  'listeners of a signal that lives on': {
    leak: [/^RequestContext$/, /table/],
    serve: (app) => {
      const { signal } = new AbortController();
      setMaxListeners(0, signal);
      app.get('/*', async (request) => {
        const context = new RequestContext(request.raw);
        signal.addEventListener('abort', () => context.url);
        return sleep(2, 'ok');
      });
    },
  },
  'requests that a hook keeps': {
    leak: [/^Request$/, /^seen$/],
    serve: (app) => {
      const seen = [];
      app.addHook('onRequest', async (request) => {
        seen.push(request);
      });
      app.get('/*', async () => sleep(2, 'ok'));
    },
  },
  'answers of different length': {
    serve: (app) => {
      app.get('/*', async ({ url }) =>
        sleep(Math.random() * 30, { url, list: Array.from({ length: 20 }, (_, i) => ({ i })) }),
      );
    },
  },
  'a bounded cache': {
    serve: (app) => {
      const profiles = new Map();
      app.get('/*', async ({ url }) => {
        profiles.set(Math.random(), new UserProfile(url));
        if (profiles.size > 400) profiles.delete(profiles.keys().next().value);
        return sleep(2, 'ok');
      });
    },
  },
  'a cache that expires': {
    serve: (app) => {
      const profiles = new Map();
      app.get('/*', async ({ url }) => {
        const key = Math.random();
        profiles.set(key, new UserProfile(url));
        setTimeout(() => profiles.delete(key), 1_500);
        return sleep(2, 'ok');
      });
    },
  },
  'a batch that is sent twice a second': {
    serve: (app) => {
      let batch = [];
      setInterval(() => {
        batch = [];
      }, 500);
      app.get('/*', async ({ url }) => {
        batch.push({ url, at: new Date() });
        return sleep(2, 'ok');
      });
    },
  },
  'a rate limiter': {
    serve: (app) => {
      const hits = new Map();
      setInterval(() => {
        for (const [address, { last }] of hits) if (Date.now() - last > 1_000) hits.delete(address);
      }, 300);
      app.get('/*', async () => {
        const address = `10.0.0.${Math.floor(Math.random() * 200)}`;
        const last = Date.now();
        hits.set(address, { times: [...(hits.get(address)?.times ?? []), last].slice(-20), last });
        return 'ok';
      });
    },
  },
  'a service that fetches from another': {
    serve: (app) => {
      app.get('/inner', async () => sleep(10, { inner: true }));
      app.get('/*', async () => {
        const { port } = app.server.address();
        return (await fetch(`http://127.0.0.1:${port}/inner`)).json();
      });
    },
  },
  'work with a time limit': {
    serve: (app) => {
      app.get('/*', async () => {
        const controller = new AbortController();
        const limit = setTimeout(() => controller.abort(), 5_000);
        const aborted = new Promise((_, reject) => {
          controller.signal.addEventListener('abort', reject);
        });
        await Promise.race([sleep(3), aborted]);
        clearTimeout(limit);
        return 'ok';
      });
    },
  },
  'statistics of the last requests': {
    serve: (app) => {
      const histogram = new Map();
      const recent = [];
      app.addHook('onResponse', async ({ url }, reply) => {
        const ms = Math.round(reply.elapsedTime);
        histogram.set(ms, (histogram.get(ms) ?? 0) + 1);
        recent.push({ ms, url });
        if (recent.length > 100) recent.shift();
      });
      app.get('/*', async () => sleep(Math.random() * 20, 'ok'));
    },
  },
};

async function main() {
  const [name, folder, loads] = process.argv.slice(2);
  fs.mkdirSync(folder, { recursive: true });
  const app = fastify();
  SERVICES[name].serve(app);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address();
  const clients = loads.split(',').map(Number);
  const agent = new http.Agent({ keepAlive: true });
  let busy = 0;
  let served = 0;
  const request = () =>
    new Promise((resolve) => {
      http.get({ port, host: '127.0.0.1', path: `/p/${served++}?q=${Math.random()}`, agent }, (response) =>
        response.resume().on('end', resolve),
      );
    });
  const client = async (number) => {
    for (;;) {
      if (number < busy) await request();
      await sleep(Math.random() * PAUSE);
    }
  };
  for (let number = 0; number < Math.max(...clients); number += 1) client(number);
  for (const [at, many] of clients.entries()) {
    busy = many;
    await sleep(at === 0 ? WARM_UP : BETWEEN[0] + Math.random() * (BETWEEN[1] - BETWEEN[0]));
    v8.writeHeapSnapshot(path.join(folder, `${at}.heapsnapshot`));
  }
  process.exit(0);
}

if (require.main === module) main();

module.exports = { SERVICES };
