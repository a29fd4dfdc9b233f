'use strict';

// Runs benchmarks and writes their sections of `docs/benchmarks.md`. Nothing here is a test.
//
//   npm run bench -- [opening] [capturing] [collector] [reliability] [flakiness] [busy] … [--runs 3] [--captures 200]
//   [--large] [--huge]
//
// Without a name all of them run. `--large` and `--huge` add the heaps that need much time and memory.

const os = require('node:os');
const { write } = require('./document');

/** @type {Record<string, () => { title: string, measure: (flags: string[]) => Promise<string[]> }>} */
const BENCHMARKS = {
  opening: () => require('./opening'),
  leaks: () => require('./leaks'),
  capturing: () => require('./capturing'),
  freezing: () => require('./freezing'),
  'freeze-reliability': () => require('./freeze-reliability'),
  'freeze-killed': () => require('./freeze-killed'),
  'core-deaths': () => require('./core-deaths'),
  collector: () => require('./collector'),
  reliability: () => require('./reliability'),
  ids: () => require('./ids'),
  flakiness: () => require('./flakiness'),
  busy: () => require('./busy'),
  plugin: () => require('./plugin'),
  'leak-test': () => require('./leak-test'),
  runners: () => require('./runners'),
  'first-pass': () => require('./first-pass'),
  'class-gauge': () => require('./class-gauge'),
  watcher: () => require('./watcher'),
  viewing: () => require('./viewing'),
};

async function main() {
  const order = Object.keys(BENCHMARKS);
  const words = process.argv.slice(2);
  const named = words.filter((word) => order.includes(word));
  for (const name of named.length > 0 ? named : order) {
    const { title, measure } = BENCHMARKS[name]();
    const [load] = os.loadavg();
    write({ name, title, lines: await measure(words), order, load });
  }
}

main();
