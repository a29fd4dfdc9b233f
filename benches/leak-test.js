'use strict';

// What `assertNoLeak` costs on a small application, in this process and in a child: in turns with the same runs of the
// scenario alone.
//
//   npm run bench -- leak-test [--runs 3]
//
// With `--once WAY` this file is the process that is measured.

const { pathToFileURL } = require('node:url');
const { measure, median } = require('./measure');
const { valueOf } = require('./flags');

const WAYS = {
  alone: 'the same runs alone',
  function: '`assertNoLeak`, a function',
  module: '`assertNoLeak`, a module in a child',
};
const AIM_S = 0.3;
/** In a process that holds the compiler of TypeScript and a program, as one with ts-jest does. */
const LARGE_WAYS = { 'large-alone': 'the process and its heap alone', large: '`assertNoLeak`, a healthy function' };
const AIM_OF_LARGE_S = 3;
/** Of the program that the compiler holds. */
const LARGE_BYTES = 300e6;
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

/** Type checkers over the library of TypeScript, as many as it takes. */
function fillHeap() {
  const ts = require('typescript');
  const file = require.resolve('typescript/lib/lib.dom.d.ts');
  const programs = [];
  while (process.memoryUsage().heapUsed < LARGE_BYTES) {
    const program = ts.createProgram([file, require.resolve('typescript/lib/typescript.d.ts')], { noEmit: true });
    program.getSemanticDiagnostics();
    programs.push(program);
  }
  return programs;
}

/** @param {string} way */
async function onceLarge(way) {
  const { assertNoLeak } = require('../test');
  const held = fillHeap();
  const sessions = new Map();
  if (way === 'large')
    await assertNoLeak((run) => {
      sessions.set('last', { run });
    });
  return held;
}

/** @param {string} way */
async function once(way) {
  if (way in LARGE_WAYS) return onceLarge(way);
  const { assertNoLeak } = require('../test');
  await ready();
  if (way === 'function') await assertNoLeak(scenario);
  else if (way === 'module') await assertNoLeak(pathToFileURL(__filename), { export: 'scenario' });
  else for (let run = 0; run < RUNS; run += 1) await scenario();
}

/** @param {string[]} flags */
async function measureWays(flags) {
  const rounds = Number(valueOf(flags, '--runs') ?? 5);
  /** @type {Record<string, any[]>} */
  const runs = Object.fromEntries(Object.keys({ ...WAYS, ...LARGE_WAYS }).map((way) => [way, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const way of Object.keys(runs)) runs[way].push(measure([process.execPath, __filename, '--once', way]));
  }
  const taken = Object.entries(runs).map(([way, all]) => ({ way, ...median(all) }));
  const failed = taken.find(({ failure }) => failure !== undefined);
  if (failed) throw new Error(failed.failure);
  const [alone] = taken;
  const [largeAlone, large] = taken.filter(({ way }) => way in LARGE_WAYS);
  const more = (way, value, base) => (way === 'alone' ? '' : `${(value - base).toFixed(2)} s`);
  return [
    `A Fastify application with one route; the scenario is one \`app.inject\`, which a test with the default options runs ${RUNS} times. In turns, each in a process of its own, ${rounds} times;`,
    'medians. *Processors*: time of all threads and of the child. What the wall time has more is the rest after each round, and the turns of other programs.',
    '',
    '| | wall | processors | wall, more than alone | processors, more than alone |',
    '|---|--:|--:|--:|--:|',
    ...taken
      .filter(({ way }) => way in WAYS)
      .map(
        ({ way, seconds, cpuSeconds }) =>
          `| ${WAYS[way]} | ${seconds.toFixed(2)} s | ${cpuSeconds.toFixed(2)} s | ` +
          `${more(way, seconds, alone.seconds)} | ${more(way, cpuSeconds, alone.cpuSeconds)} |`,
      ),
    `| *aim* | | | ${AIM_S} s | ${AIM_S} s |`,
    '',
    `In a process whose heap has ${LARGE_BYTES / 1e6} MB, of the compiler of TypeScript and its programs, as under ts-jest:`,
    '',
    '| | wall | processors |',
    '|---|--:|--:|',
    `| ${LARGE_WAYS['large-alone']} | ${largeAlone.seconds.toFixed(2)} s | ${largeAlone.cpuSeconds.toFixed(2)} s |`,
    `| ${LARGE_WAYS.large}: more than that | ${(large.seconds - largeAlone.seconds).toFixed(2)} s | ${(large.cpuSeconds - largeAlone.cpuSeconds).toFixed(2)} s |`,
    `| *aim* | ${AIM_OF_LARGE_S} s | |`,
  ];
}

if (process.argv.includes('--once')) once(process.argv[process.argv.indexOf('--once') + 1]).then(() => process.exit());

module.exports = { title: 'What a leak test costs', measure: measureWays, scenario };
