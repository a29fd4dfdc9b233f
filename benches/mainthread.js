'use strict';

// How long is the main thread held? A probe runs every millisecond; the longest time between two is what was held.
// On a busy machine other processes hold it too: the CPU time that this thread used between two turns tells it apart
// (Node 23.9 and later).
//
// usage: node benches/mainthread.js [FILE.heapsnapshot]

const path = require('node:path');
const { diffSnapshots, findLeaks, openSnapshot } = require('..');

const file =
  process.argv[2] ?? path.join(__dirname, '..', '__test__', 'fixtures', 'golden', 'growth-after.heapsnapshot.gz');

main();

async function main() {
  console.log(`${path.basename(file)}, Node ${process.version}`);
  console.log('call                          wall ms   longest hold ms   of it on the CPU ms');
  /** @type {any} */
  let snapshot;
  await measure('nothing, for half a second', () => new Promise((resolve) => setTimeout(resolve, 500)));
  await measure('openSnapshot', async () => (snapshot = await openSnapshot(file)));
  await measure('summary', () => snapshot.summary());
  await measure('summary, duplicated strings', () => snapshot.summary({ filter: 'duplicatedStrings' }));
  await measure('statistics', () => snapshot.statistics());
  await measure('query, 100,000 rows', () => snapshot.query({ limit: 100_000 }));
  await measure('duplicateStrings', () => snapshot.duplicateStrings());
  await measure('dominators', () => snapshot.dominators({ depth: 2 }));
  await measure('diffSnapshots', () => diffSnapshots(file, snapshot));
  await measure('findLeaks', () => findLeaks([file, snapshot]));
  await measure('close', () => snapshot.close());
}

/**
 * @param {string} name
 * @param {() => Promise<unknown>} call
 */
async function measure(name, call) {
  let longest = 0;
  let longestCpu = 0;
  let last = performance.now();
  let lastCpu = cpu();
  let on = true;
  const probe = () => {
    const now = performance.now();
    const nowCpu = cpu();
    longest = Math.max(longest, now - last);
    longestCpu = Math.max(longestCpu, nowCpu - lastCpu);
    last = now;
    lastCpu = nowCpu;
    if (on) setTimeout(probe, 1);
  };
  setImmediate(probe);
  const start = performance.now();
  await call();
  const wall = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 20));
  on = false;
  const onCpu = Number.isNaN(longestCpu) ? '-' : longestCpu.toFixed(2);
  console.log(
    `${name.padEnd(28)} ${wall.toFixed(1).padStart(8)} ${longest.toFixed(2).padStart(17)} ${onCpu.padStart(21)}`,
  );
}

/** Milliseconds of CPU that this thread used. */
function cpu() {
  if (!process.threadCpuUsage) return NaN;
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
