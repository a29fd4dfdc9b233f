'use strict';

// The search for leaks in three large snapshots, beside three times the summary of one; and the search for suspects in
// one of them, beside one summary.
//
// The heaps lie in `benches/heaps`, or where HEAPHOUND_BENCH_HEAPS says. They are made when they are missing
// (2 GB of disk).

const fs = require('node:fs');
const path = require('node:path');
const { measure, median } = require('./measure');
const { bytes } = require('./document');
const { run } = require('./tools');
const { valueOf } = require('./flags');

const HEAPS = process.env.HEAPHOUND_BENCH_HEAPS ?? path.join(__dirname, 'heaps');

/** Rows of `make-slow.js`, and the aim for the search by ids on two cores. */
const SIZES = [
  { rows: 480_000, aim: { seconds: 2 } },
  { rows: 700_000, aim: { seconds: 3, peakBytes: 900e6 } },
];
/** Calls that take the last file. */
const OF_ONE = ['summary', 'suspects'];
/** Seconds that suspects may take more than a summary. */
const SUSPECTS_MORE = 0.5;
const CALLS = {
  leaks: '`findLeaks`, by ids',
  structure: '`findLeaks`, by structure',
  summary: 'three times open and summary of the last',
  suspects: '`findSuspects` of the last',
};

/** @param {string[]} flags */
async function measureAll(flags) {
  const runs = Number(valueOf(flags, '--runs') ?? 3);
  return [
    `A slow leak amid objects that stay and others that are replaced (\`benches/make-slow.js\`). Every number is the median of ${runs} runs, files in the page cache, each run a process of its own.`,
    '',
    ...SIZES.flatMap((size) => section(size, runs)),
  ];
}

function section({ rows, aim }, runs) {
  const directory = path.join(HEAPS, `slow-${rows}`);
  const files = ['a', 'b', 'c'].map((name) => path.join(directory, `${name}.heapsnapshot`));
  if (!files.every((file) => fs.existsSync(file))) {
    const make = path.join(__dirname, 'make-slow.js');
    run(process.execPath, ['--max-old-space-size=6000', make, directory, String(rows)], __dirname);
  }
  const taken = Object.fromEntries(Object.keys(CALLS).map((call) => [call, []]));
  for (let turn = 0; turn < runs; turn += 1) {
    for (const call of Object.keys(CALLS)) {
      const of = OF_ONE.includes(call) ? [files[2]] : files;
      const result = measure([process.execPath, path.join(__dirname, 'one-call.js'), call, ...of]);
      console.error(`${rows} rows, ${call}: ${result.failure ?? `${result.seconds} s`}`);
      taken[call].push(result);
    }
  }
  const size = fs.statSync(files[2]).size;
  const peak = aim.peakBytes === undefined ? '' : bytes(aim.peakBytes);
  const suspects = (median(taken.summary).seconds + SUSPECTS_MORE).toFixed(2);
  return [
    `### Three files of ${bytes(size)}`,
    '',
    '| | wall | processors | peak memory |',
    '|---|--:|--:|--:|',
    ...Object.entries(CALLS).map(([call, title]) => row(title, median(taken[call]), call === 'summary' ? 3 : 1)),
    `| *aim of \`findLeaks\` by ids on two cores* | ${aim.seconds} s | | ${peak} |`,
    `| *aim of \`findSuspects\`: a summary, and half a second* | ${suspects} s | | |`,
    '',
  ];
}

function row(title, { seconds, cpuSeconds, peakBytes, failure }, times) {
  if (failure !== undefined) return `| ${title} | fails | | ${failure.replaceAll('|', '\\|')} |`;
  return `| ${title} | ${(seconds * times).toFixed(2)} s | ${(cpuSeconds * times).toFixed(2)} s | ${bytes(peakBytes)} |`;
}

module.exports = { title: 'Leaks of three large snapshots', measure: measureAll };
