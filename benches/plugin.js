'use strict';

// A Fastify app under steady load: what captures by the plugin, and callers without a key, do to its answers.
//
//   npm run bench -- plugin [--megabytes 50] [--seconds 300] [--every 10]

const { fork } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const { once } = require('node:events');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const autocannon = require('autocannon');
const { bytes } = require('./document');
const { middle } = require('./measure');

const APP = path.join(__dirname, 'plugin-app.js');
const CONNECTIONS = 50;
const WARM_UP_SECONDS = 5;
const CAPACITY_SECONDS = 15;
/** Of what the app can do at most. */
const SHARE = 0.8;
const STRANGERS = 1000;
const FLOOD_EVERY_SECONDS = 60;
const TITLE = 'A service that takes snapshots of itself';

/** @param {string[]} flags */
async function measure(flags) {
  const megabytes = number(flags, '--megabytes', 50);
  const seconds = number(flags, '--seconds', 300);
  const every = number(flags, '--every', 10);
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-bench-'));
  const key = randomBytes(32).toString('hex');
  const child = fork(APP, [String(megabytes), path.join(dir, 'store'), key], {
    execArgv: ['--max-old-space-size=4000'],
  });
  try {
    const [app] = await once(child, 'message');
    const heaphound = client(app.port, key);
    await load(app, { duration: WARM_UP_SECONDS });
    const capacity = (await load(app, { duration: CAPACITY_SECONDS })).rate;
    const rate = Math.round(capacity * SHARE);
    const rows = [];
    // In turns: a machine has good and bad minutes.
    for (const name of [
      'nothing else',
      'captures',
      'nothing else',
      'strangers',
      'nothing else',
      'visitors',
      'nothing else',
    ]) {
      const disturbing = disturb(name, app, heaphound, every);
      const duration = name === 'captures' ? seconds : Math.max(Math.round(seconds / 5), every);
      const answers = await load(app, { duration, overallRate: rate });
      rows.push({ name, ...answers, ...(await disturbing.stop()) });
    }
    return lines({ app, capacity, rate, every, rows });
  } finally {
    child.disconnect();
    await once(child, 'exit');
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * On a thread of its own: what this one does beside it must not hold it up.
 *
 * @param {{ port: number }} app
 * @param {{ duration: number, overallRate?: number }} how
 */
async function load({ port }, how) {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/visit`,
    connections: CONNECTIONS,
    timeout: 60,
    workers: 1,
    ...how,
  });
  const { p50, p99, max } = result.latency;
  return {
    rate: result.requests.average,
    answered: result['2xx'],
    lost: result.errors + result.timeouts + result.non2xx,
    p50,
    p99,
    max,
  };
}

/**
 * @param {number} port
 * @param {string} key
 */
function client(port, key) {
  /** @param {string} method @param {string} where @param {Record<string, string>} [headers] */
  return async (method, where, headers = { authorization: `Bearer ${key}` }) => {
    const answer = await fetch(`http://127.0.0.1:${port}/heap-snapshot${where}`, { method, headers });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };
}

/** @typedef {ReturnType<typeof client>} Client */

/**
 * What goes on beside the load until `stop` is called.
 *
 * @param {string} name
 * @param {{ port: number }} app
 * @param {Client} heaphound
 * @param {number} every seconds
 */
function disturb(name, { port }, heaphound, every) {
  switch (name) {
    case 'captures':
      return captures(heaphound, every);
    case 'strangers':
      return flooded(heaphound, () => heaphound('POST', '', {}));
    case 'visitors':
      return flooded(heaphound, async () => {
        const { status, body } = await fetch(`http://127.0.0.1:${port}/visit`);
        await body?.cancel();
        return { status };
      });
    default:
      return { stop: async () => ({}) };
  }
}

/**
 * Asks for a snapshot again and again.
 *
 * @param {Client} heaphound
 * @param {number} every seconds
 */
function captures(heaphound, every) {
  const taken = [];
  const end = new AbortController();
  const running = (async () => {
    while (!end.signal.aborted) {
      const next = delay(every * 1000, undefined, { signal: end.signal }).catch(() => {});
      const { status, body } = await heaphound('POST', '?wait=true');
      taken.push(status === 200 ? body : { failed: body.code });
      await next;
    }
  })();
  return {
    stop: async () => {
      end.abort();
      await running;
      const fine = taken.filter(({ failed }) => failed === undefined);
      return {
        captures: fine.length,
        failed: taken.length - fine.length,
        pauseMs: Math.max(...fine.map(({ pauseMs }) => pauseMs)),
        nodes: fine[0]?.nodeCount,
      };
    },
  };
}

/**
 * A thousand requests at once: without a key, or to a route of the app itself, which is what so many at once cost
 * anyway.
 *
 * @param {Client} heaphound
 * @param {() => Promise<{ status: number }>} once
 */
function flooded(heaphound, once) {
  const statuses = new Map();
  const end = new AbortController();
  const flood = async () => {
    const answers = await Promise.allSettled(Array.from({ length: STRANGERS }, once));
    for (const { value } of answers)
      statuses.set(value?.status ?? 'lost', (statuses.get(value?.status ?? 'lost') ?? 0) + 1);
  };
  const running = (async () => {
    while (!end.signal.aborted) {
      await flood();
      await delay(FLOOD_EVERY_SECONDS * 1000, undefined, { signal: end.signal }).catch(() => {});
    }
  })();
  return {
    stop: async () => {
      end.abort();
      await running;
      const { body } = await heaphound('GET', '/operations');
      // Those of `captures` came before.
      const begun = body.operations.filter(({ status }) => status !== 'done').length;
      return {
        refused: (statuses.get(401) ?? 0) + (statuses.get(429) ?? 0),
        let: [...statuses]
          .filter(([status]) => status !== 401 && status !== 429)
          .reduce((sum, [, count]) => sum + count, 0),
        begun,
      };
    },
  };
}

function lines({ app, capacity, rate, every, rows }) {
  const quiet = rows.filter(({ name }) => name === 'nothing else');
  const base = middle(quiet.map(({ p99 }) => p99));
  const captured = rows.find(({ name }) => name === 'captures');
  const strangers = rows.find(({ name }) => name === 'strangers');
  const what = {
    'nothing else': 'nothing else',
    captures: `a capture every ${every} s (${captured.captures} taken, ${captured.failed} failed, by ${app.mode}; longest pause ${captured.pauseMs.toFixed(1)} ms)`,
    strangers: `${STRANGERS.toLocaleString('en-US')} requests without a key at once, every ${FLOOD_EVERY_SECONDS} s (${strangers.refused.toLocaleString('en-US')} refused, ${strangers.let} let in, ${strangers.begun} captures begun)`,
    visitors: `${STRANGERS.toLocaleString('en-US')} requests at once to the app's own route, every ${FLOOD_EVERY_SECONDS} s`,
  };
  return [
    `A Fastify app with a heap of ${bytes(app.heapBytes)} (${(captured.nodes ?? 0).toLocaleString('en-US')} nodes) answers at most ${Math.round(capacity).toLocaleString('en-US')} requests a second here, the load generator on the same`,
    `machine. It gets ${rate.toLocaleString('en-US')} a second, ${SHARE * 100} %, on ${CONNECTIONS} connections, in turns with and without something else. Times are from when a request was due, pauses included.`,
    '',
    '| beside it | answered | lost | median | p99 | added to p99 | longest |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...rows.map(
      ({ name, answered, lost, p50, p99, max }) =>
        `| ${what[name]} | ${answered.toLocaleString('en-US')} | ${lost} | ${p50} ms | ${p99} ms | ${name === 'nothing else' ? '' : `${p99 - base} ms`} | ${Math.round(max)} ms |`,
    ),
  ];
}

/** @param {string[]} flags @param {string} name @param {number} otherwise */
function number(flags, name, otherwise) {
  const at = flags.indexOf(name);
  return at < 0 ? otherwise : Number(flags[at + 1]);
}

module.exports = { title: TITLE, measure };
