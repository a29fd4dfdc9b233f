'use strict';

// What taking a snapshot does to a serving process: `v8.writeHeapSnapshot` and ours, in turns.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { start, ask, memory, forgetPeak } = require('./service-run');
const { bytes, ms, ratio } = require('./document');
const { middle } = require('./measure');
const { valueOf } = require('./flags');

const SIZES = [50, 120, 300];
/** V8 needs twenty times the heap for the graph: this one is for machines that have it. */
const LARGE = 1000;
const LOAD = { rate: 300, connections: 10 };
/** The load runs this long before the capture, and after it. */
const AROUND_MS = 1000;
const WAYS = ['plain', 'inline', 'fork', 'nothing'];
const NAMES = {
  plain: '`v8.writeHeapSnapshot`',
  inline: 'heaphound, `inline`',
  fork: 'heaphound, `fork`',
  nothing: 'no snapshot, for as long',
};

/** @param {string[]} flags */
async function measure(flags) {
  const sizes = flags.includes('--large') ? [...SIZES, LARGE] : SIZES;
  const runs = Number(valueOf(flags, '--runs') ?? 3);
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-bench-'));
  const rows = [];
  try {
    for (const size of sizes) {
      for (const way of WAYS)
        rows.push(await median(size, way, size === LARGE ? 1 : runs, directory, rows.at(-1)?.durationMs));
    }
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
  return document(rows, runs);
}

/** @param {number} size @param {string} way @param {number} runs @param {string} directory @param {number} [durationMs] of the way before */
async function median(size, way, runs, directory, durationMs) {
  const taken = [];
  for (let turn = 0; turn < runs; turn += 1) {
    const one = await once(size, way, directory, durationMs);
    console.log(`${size} MB, ${way}: ${JSON.stringify(one)}`);
    if (one.failed !== undefined) return { size, way, failed: one.failed };
    taken.push(one);
  }
  const middleOf = (/** @type {string} */ field) => middle(taken.map((one) => one[field]));
  return { size, way, ...Object.fromEntries(Object.keys(taken[0]).map((field) => [field, middleOf(field)])) };
}

/** @param {number} size @param {string} way @param {string} directory @param {number} [durationMs] @returns {Promise<any>} */
async function once(size, way, directory, durationMs) {
  const file = path.join(directory, `${way}.heapsnapshot${way === 'plain' ? '' : '.zst'}`);
  const service = await start(size);
  try {
    const load = ask(service, LOAD);
    await sleep(AROUND_MS);
    const level = memory(service.pid).now;
    forgetPeak(service.pid);
    const result = await service.take(way, file, durationMs);
    await sleep(AROUND_MS);
    const { p99Ms, maxMs, lost, requests } = await load.stop();
    if (result.failed !== undefined) return { failed: result.failed };
    return {
      heapBytes: service.heapBytes,
      level,
      pauseMs: result.pauseMs,
      longestMs: result.longestMs,
      durationMs: result.durationMs,
      peak: memory(service.pid).peak,
      p99Ms,
      maxMs,
      lost,
      requests,
      stored: fs.existsSync(file) ? fs.statSync(file).size : 0,
    };
  } finally {
    await service.stop();
    fs.rmSync(file, { force: true });
    fs.rmSync(`${file}.json`, { force: true });
    fs.rmSync(`${file}.ids`, { force: true });
  }
}

/** @param {any[]} rows @param {number} runs */
function document(rows, runs) {
  return [
    `A Fastify service with a heap of small objects (\`benches/service.js\`) answers ${LOAD.rate} requests a second while its snapshot is taken; each run is a process of its own, ` +
      `${runs === 1 ? 'one run' : `the median of ${runs} runs`}, of the 1,000 MB heap one. *Pause*: how long the call holds the main thread. *Longest turn*: the longest time between two turns of the event loop from the call to ` +
      'the finished file, with everything else that the machine did. *Peak*: the highest resident memory of the process above its level before. *p99*: of the requests, one second before and after the capture included.',
    '',
    '| heap | way | pause | longest turn | peak above level | p99 | slowest request | lost requests | whole capture | on disk |',
    '|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...rows.map((row) => line(row)),
    '',
    '| heap | pause, `writeHeapSnapshot` ÷ `fork` | pause, aim: 5 ms + 8 ms per 100 MB resident | peak above level, aim: 10 % | on disk, `writeHeapSnapshot` ÷ `fork` |',
    '|--:|--:|--:|--:|--:|',
    ...[...new Set(rows.map(({ size }) => size))].map((size) => compared(rows.filter((row) => row.size === size))),
  ];
}

function line({ size, way, failed, ...row }) {
  if (failed !== undefined)
    return `| ${size} MB | ${NAMES[way]} | fails: ${failed.replaceAll('|', '\\|')} | | | | | | | |`;
  if (way === 'nothing')
    return `| ${size} MB | ${NAMES[way]} | | ${ms(row.longestMs)} | | ${ms(row.p99Ms)} | ${ms(row.maxMs)} | ${row.lost} of ${row.requests + row.lost} | | |`;
  const above = `${bytes(row.peak - row.level)} (${Math.round(((row.peak - row.level) / row.level) * 100)} %)`;
  return `| ${size} MB | ${NAMES[way]} | ${ms(row.pauseMs)} | ${ms(row.longestMs)} | ${above} | ${ms(row.p99Ms)} | ${ms(row.maxMs)} | ${row.lost} of ${row.requests + row.lost} | ${ms(row.durationMs)} | ${bytes(row.stored)} |`;
}

function compared(rows) {
  const [plain, , fork] = rows;
  if (plain.failed !== undefined || fork.failed !== undefined) return `| ${plain.size} MB | | | | |`;
  const aim = 5 + (8 * fork.level) / 100e6;
  return `| ${plain.size} MB | ${ratio(plain.pauseMs / fork.pauseMs)} | ${ms(fork.pauseMs)} of ${ms(aim)} | ${Math.round(((fork.peak - fork.level) / fork.level) * 100)} % | ${ratio(plain.stored / fork.stored)} |`;
}

module.exports = { title: 'Taking a snapshot of a serving process', measure };
