'use strict';

// What a watcher costs, for `benches/watcher.js`: a process that allocates all the time does a fixed amount of work
// with WATCHERS watchers in it, or with none. One alone is lost in the noise. Each of them looks ten times as often as
// by default, so that looks are in the few seconds that it takes. Prints `{ cpuMs, wallMs, heapBytes, rssBytes,
// majorCollections }`.
//
//   node --expose-gc benches/watcher-cost.js COUNT

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { PerformanceObserver, constants } = require('node:perf_hooks');
const { setTimeout: delay, setImmediate: turn } = require('node:timers/promises');
const { openStore, createService, watchMemory } = require('..');
const { DEFAULTS } = require('../lib/watch/options');

const BATCHES = 12_000;
const BATCH = 2_000;
const KEPT = 200;

async function main() {
  const count = Number(process.argv[2]);
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-bench-cost-'));
  const store = await openStore({ dir });
  const service = createService({ store });
  let majorCollections = 0;
  const isMajor = (entry) => entry.detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
  // In both processes: what the watchers' own observers take is then on top of it.
  const observer = new PerformanceObserver((list) => (majorCollections += list.getEntries().filter(isMajor).length));
  observer.observe({ entryTypes: ['gc'] });
  await work(BATCHES / 4);
  const before = await memory();
  const watchers = [];
  for (let number = 0; number < count; number += 1)
    watchers.push(await watchMemory({ service, sampleMs: DEFAULTS.sampleMs / 10 }));
  majorCollections = 0;
  const start = process.cpuUsage();
  const begun = performance.now();
  await work(BATCHES);
  const { user, system } = process.cpuUsage(start);
  const wallMs = performance.now() - begun;
  const seen = majorCollections;
  const after = await memory();
  console.log(
    JSON.stringify({
      cpuMs: (user + system) / 1000,
      wallMs,
      heapBytes: after.heapUsed - before.heapUsed,
      rssBytes: after.rss - before.rss,
      majorCollections: seen,
    }),
  );
  for (const watcher of watchers) await watcher.stop();
  await service.close();
  await store.close();
  observer.disconnect();
  fs.rmSync(dir, { recursive: true, force: true });
}

/** @param {number} batches */
async function work(batches) {
  const kept = [];
  for (let index = 0; index < batches; index += 1) {
    kept[index % KEPT] = Array.from({ length: BATCH }, (_, at) => ({ at, text: `t${at}` }));
    if (index % 10 === 0) await turn();
  }
}

/** With nothing left of the work. */
async function memory() {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc();
    await delay(20);
  }
  return process.memoryUsage();
}

main();
