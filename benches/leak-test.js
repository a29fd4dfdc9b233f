'use strict';

// What `assertNoLeak` costs on a small application, in this process and in a child: in turns with the same runs of the scenario alone.
//
//   npm run bench -- leak-test [--runs 3]
//
// With `--once WAY` this file is the process that is measured.

const { execFileSync } = require('node:child_process');
const { pathToFileURL } = require('node:url');

const WAYS = { alone: 'the same runs alone', function: '`assertNoLeak`, a function', module: '`assertNoLeak`, a module in a child' };
const AIM_S = 3;
/** Runs of the scenario by default: two rounds to warm up, two more between three snapshots. */
const RUNS = 4 * 11;

/** What the test of a small application does. */
async function scenario() {
  const app = await ready();
  const { statusCode } = await app.inject({ method: 'POST', url: '/sessions', payload: { user: 'ada' } });
  if (statusCode !== 200) throw new Error(`answered ${statusCode}`);
}

let started;
async function ready() {
  if (started === undefined) {
    started = require('fastify')();
    started.post('/sessions', async ({ body }) => ({ hello: body.user }));
    await started.ready();
  }
  return started;
}

/** @param {string} way */
async function once(way) {
  const { assertNoLeak } = require('../test');
  await ready();
  const start = performance.now();
  if (way === 'alone') for (let run = 0; run < RUNS; run += 1) await scenario();
  else await assertNoLeak(way === 'function' ? scenario : pathToFileURL(__filename), way === 'function' ? {} : { export: 'scenario' });
  console.log((performance.now() - start) / 1000);
}

/** @param {string[]} flags */
async function measure(flags) {
  const rounds = flags.includes('--runs') ? Number(flags[flags.indexOf('--runs') + 1]) : 5;
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(Object.keys(WAYS).map((way) => [way, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const way of Object.keys(WAYS)) {
      times[way].push(Number(execFileSync(process.execPath, [__filename, '--once', way], { encoding: 'utf8' })));
    }
  }
  const rows = Object.entries(times).map(([way, seconds]) => {
    const sorted = [...seconds].sort((a, b) => a - b);
    return `| ${WAYS[way]} | ${sorted[sorted.length >> 1].toFixed(2)} s | ${sorted[0].toFixed(2)} s | ${sorted[sorted.length - 1].toFixed(2)} s |`;
  });
  return [
    `A Fastify application with one route; the scenario is one \`app.inject\`, which a test with the default options runs ${RUNS} times. In turns, each in a process of its own, ${rounds} times;`,
    'from the call to its answer.',
    '',
    '| | median | fastest | slowest |',
    '|---|--:|--:|--:|',
    ...rows,
    `| *aim* | ${AIM_S} s | | |`,
  ];
}

if (process.argv.includes('--once')) once(process.argv[process.argv.indexOf('--once') + 1]).then(() => process.exit());

module.exports = { title: 'What a leak test costs', measure, scenario };
