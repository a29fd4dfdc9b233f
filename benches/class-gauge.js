'use strict';

// What a count of `watchClass` costs: how long the thread stands still, beside one full collection, in heaps of small
// objects. Each in a process of its own.
//
//   npm run bench -- class-gauge [--runs 5]
//
// With `--once MB` this file is the process that is measured.

const { execFileSync } = require('node:child_process');
const { middle } = require('./measure');
const { valueOf } = require('./flags');

const HEAPS_MB = [0, 10, 30, 100];

class Session {}

async function once(megabytes) {
  const { watchClass } = require('..');
  const { collect } = require('../test/measure/collector');
  const held = [];
  for (const end = process.memoryUsage().heapUsed + megabytes * 1e6; process.memoryUsage().heapUsed < end;) {
    for (let turn = 0; turn < 1000; turn += 1) held.push({ at: turn, text: String(turn) });
  }
  const session = new Session();
  const gauge = watchClass(Session);
  collect();
  const begin = performance.now();
  collect();
  const collectionMs = performance.now() - begin;
  const before = process.cpuUsage();
  if ((await gauge.count()) !== 1) throw new Error('one object is alive');
  const { user, system } = process.cpuUsage(before);
  const { pauseMs } = gauge.latest();
  gauge.close();
  const heapBytes = process.memoryUsage().heapUsed;
  console.log(
    JSON.stringify({ heapBytes, collectionMs, pauseMs, cpuMs: (user + system) / 1000, kept: [session, held].length }),
  );
}

/** @param {string[]} flags */
async function measureGauge(flags) {
  const rounds = Number(valueOf(flags, '--runs') ?? 5);
  /** @type {any[][]} */
  const runs = HEAPS_MB.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, megabytes] of HEAPS_MB.entries())
      runs[at].push(
        JSON.parse(execFileSync(process.execPath, [__filename, '--once', String(megabytes)], { encoding: 'utf8' })),
      );
  }
  const median = (all, field) => middle(all.map((it) => it[field]));
  const seconds = (all, field) => `${(median(all, field) / 1000).toFixed(2)} s`;
  return [
    `One count of \`watchClass\` in heaps of small objects, ${rounds} processes for each; medians. *Pause*: the thread stands still. One full collection of the same heap is beside it.`,
    '',
    '| heap | pause | processors | one collection |',
    '|--:|--:|--:|--:|',
    ...runs.map((all) => {
      const heap = `${(median(all, 'heapBytes') / 1e6).toFixed(0)} MB`;
      return `| ${heap} | ${seconds(all, 'pauseMs')} | ${seconds(all, 'cpuMs')} | ${seconds(all, 'collectionMs')} |`;
    }),
  ];
}

if (process.argv[2] === '--once') once(Number(process.argv[3]));

module.exports = { title: 'What a count of a class costs', measure: measureGauge };
