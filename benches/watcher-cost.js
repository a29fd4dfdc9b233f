'use strict';

// What a watcher costs: processor time of its looks and of its observer of collections, and memory, in a process that allocates all the time.
// Prints `{ watchShare, heapBytes, rssBytes, collectionsPerSecond }`.
//
//   node --expose-gc benches/watcher-cost.js with | without

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { PerformanceObserver } = require('node:perf_hooks');
const { setTimeout: delay, setImmediate: turn } = require('node:timers/promises');
const { watchMemory } = require('..');
const { DEFAULTS } = require('../lib/watch/options');

const MINUTE_MS = 60_000;
/** Looks that are timed, and seconds of allocation in which the observer's calls are. */
const LOOKS = 400;
const BUSY_MS = 5_000;

async function main() {
  const isWatched = process.argv[2] === 'with';
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-bench-cost-'));
  // Looks are timed by having many of them: what one costs, times the looks of a minute.
  const before = process.cpuUsage();
  await delay(LOOKS);
  const idle = cpuMs(before);
  const many = isWatched ? await watchMemory({ store: { dir }, sampleMs: 1, windowMs: 15_000 }) : undefined;
  const start = process.cpuUsage();
  const begun = performance.now();
  await delay(LOOKS);
  const looks = (performance.now() - begun) / 1.1;
  const lookMs = Math.max(cpuMs(start) - idle, 0) / looks;
  await many?.stop();

  const watcher = isWatched ? await watchMemory({ store: { dir } }) : undefined;
  // What the observer's callback takes can be seen as the time of the same callback: an observer of the same kind that does the same.
  let collections = 0;
  let observedMs = 0;
  const observer = new PerformanceObserver((list) => {
    const at = performance.now();
    collections += list.getEntries().filter((entry) => entry.detail.kind !== undefined).length;
    observedMs += performance.now() - at;
  });
  observer.observe({ entryTypes: ['gc'] });
  const kept = [];
  const loadBegun = performance.now();
  for (let index = 0; performance.now() - loadBegun < BUSY_MS; index += 1) {
    kept[index % 200] = Array.from({ length: 2_000 }, (_, at) => ({ at, text: `t${at}` }));
    if (index % 10 === 0) await turn();
  }
  const seconds = (performance.now() - loadBegun) / 1000;
  observer.disconnect();
  kept.length = 0;
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc();
    await delay(20);
  }
  const { heapUsed, rss } = process.memoryUsage();
  const share = isWatched ? (lookMs * (MINUTE_MS / DEFAULTS.sampleMs)) / MINUTE_MS + observedMs / (seconds * 1000) : 0;
  console.log(JSON.stringify({ watchShare: share, heapBytes: heapUsed, rssBytes: rss, collectionsPerSecond: collections / seconds }));
  await watcher?.stop();
  fs.rmSync(dir, { recursive: true, force: true });
}

/** @param {NodeJS.CpuUsage} since */
function cpuMs(since) {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

main();
