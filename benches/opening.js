'use strict';

// Opening and comparing snapshots: heaphound and its peers, in turns.
//
// The heaps lie in `benches/heaps`, or where HEAPHOUND_BENCH_HEAPS says, and every one that is there is measured. `mid`
// is made when it is missing; `--large` makes `ts` (Node 22 or later, 8 GB of memory) and `--huge` makes `x31` (7 GB of
// disk).

const fs = require('node:fs');
const path = require('node:path');
const { measure, median } = require('./measure');
const { tools, prepare, run } = require('./tools');
const { bytes, ratio } = require('./document');
const { valueOf } = require('./flags');

const HEAPS = process.env.HEAPHOUND_BENCH_HEAPS ?? path.join(__dirname, 'heaps');
const heap = (name) => path.join(HEAPS, `${name}.heapsnapshot`);

/**
 * What the project wants to reach on two cores: seconds and bytes. `few` leaves out the tools that are too slow for the
 * file, `alone` all but ours.
 */
const QUESTIONS = [
  {
    title: 'Open, retained sizes and summary of `mid`',
    kind: 'open',
    files: ['mid'],
    aim: { seconds: 0.35, peakBytes: 300e6 },
  },
  { title: 'Diff of `mid` and `mid2`', kind: 'diff', files: ['mid', 'mid2'], aim: { seconds: 0.65, peakBytes: 700e6 } },
  {
    title: 'Open, retained sizes and summary of `ts`',
    kind: 'open',
    files: ['ts'],
    few: true,
    aim: { seconds: 1.8, peakBytes: 1.2e9 },
  },
  {
    title: 'Open, retained sizes and summary of `x31`',
    kind: 'open',
    files: ['x31'],
    alone: true,
    aim: { seconds: 13, peakBytes: 8e9 },
  },
];

function makeHeaps(flags) {
  fs.mkdirSync(HEAPS, { recursive: true });
  const make = (script, ...args) =>
    run(process.execPath, ['--max-old-space-size=8000', path.join(__dirname, script), ...args], __dirname);
  if (!fs.existsSync(heap('mid2'))) make('make-mid.js', HEAPS);
  if (flags.includes('--large') && !fs.existsSync(heap('ts'))) make('make-ts.js', HEAPS);
  if (flags.includes('--huge') && !fs.existsSync(heap('x31'))) make('replicate.js', heap('mid'), heap('x31'));
}

function answer(question, runs) {
  const files = question.files.map(heap);
  const entrants = tools().filter(
    (tool, index) =>
      tool[question.kind] !== undefined && !(question.few && tool.onlySmall) && !(question.alone && index > 0),
  );
  const taken = new Map(entrants.map((tool) => [tool, []]));
  for (let turn = 0; turn < runs; turn += 1) {
    for (const tool of entrants) {
      // A tool that has failed once would fail again, and some take minutes to do so.
      if (taken.get(tool).some(({ failure }) => failure !== undefined)) continue;
      const result = measure(tool[question.kind](...files));
      console.log(
        `${question.title}, ${tool.name}: ${result.failure ?? `${result.seconds} s, ${Math.round(result.peakBytes / 1e6)} MB`}`,
      );
      taken.get(tool).push(result);
    }
  }
  return { ...question, rows: entrants.map((tool) => ({ tool, ...median(taken.get(tool)) })) };
}

/** @param {string[]} flags */
async function measureAll(flags) {
  const runs = Number(valueOf(flags, '--runs') ?? 3);
  prepare();
  makeHeaps(flags);
  const asked = QUESTIONS.filter(({ files }) => files.every((name) => fs.existsSync(heap(name))));
  const answers = asked.map((question) => answer(question, runs));
  const heaps = ['mid', 'mid2', 'ts', 'x31']
    .map((name) => ({ name, file: heap(name) }))
    .filter(({ file }) => fs.existsSync(file));
  return document({ answers, heaps, runs });
}

/** The counts stand in the header, and the header at the beginning. */
const HEADER_BYTES = 1 << 16;

function document({ answers, heaps, runs }) {
  const versions = new Map(answers.flatMap(({ rows }) => rows.map(({ tool }) => [tool.name, tool.version])));
  return [
    `Every number is ${runs === 1 ? 'of one run' : `the median of ${runs} runs`}, files in the page cache, each run a process of its own: ` +
      'wall time with the start of the process, time of all its threads on processors, and its highest resident memory.',
    '',
    `Versions: ${[...versions].map(([name, version]) => `${name} ${version}`).join(', ')}.` +
      (process.env.HEAP_SNAPSHOT_LIBRARIES === undefined
        ? ''
        : " The binary of @heap-snapshot/tool was started with a newer glibc than the system's, which it needs."),
    '',
    '| file | size | nodes | edges | made by |',
    '|---|--:|--:|--:|---|',
    ...heaps.map(heapRow),
    '',
    ...answers.flatMap(section),
  ];
}

const MAKERS = {
  mid: '`make-mid.js`: sessions in a Map, posts in an array',
  mid2: 'the same process a little later',
  ts: "`make-ts.js`: TypeScript's type checker over a large program",
  x31: '`replicate.js`: `mid` many times under one root',
};

function heapRow({ name, file }) {
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = fs.openSync(file, 'r');
  fs.readSync(descriptor, header, 0, HEADER_BYTES, 0);
  fs.closeSync(descriptor);
  const count = (field) =>
    Number(new RegExp(`"${field}":(\\d+)`).exec(header.toString('latin1'))[1]).toLocaleString('en-US');
  return `| ${name} | ${bytes(fs.statSync(file).size)} | ${count('node_count')} | ${count('edge_count')} | ${MAKERS[name]} |`;
}

function section({ title, rows, aim }) {
  const [ours] = rows;
  return [
    `### ${title}`,
    '',
    '| | wall | processors | peak memory | wall, ours = 1 | memory, ours = 1 |',
    '|---|--:|--:|--:|--:|--:|',
    ...rows.map((row) => toolRow(row, ours)),
    `| *aim on two cores* | ${aim.seconds} s | | ${bytes(aim.peakBytes)} | | |`,
    '',
  ];
}

function toolRow({ tool, seconds, cpuSeconds, peakBytes, failure }, ours) {
  if (failure !== undefined) return `| ${tool.name} | fails | | ${failure.replaceAll('|', '\\|')} | | |`;
  return `| ${tool.name} | ${seconds.toFixed(2)} s | ${cpuSeconds.toFixed(2)} s | ${bytes(peakBytes)} | ${ratio(seconds / ours.seconds)} | ${ratio(peakBytes / ours.peakBytes)} |`;
}

module.exports = { title: 'Opening and comparing snapshots', measure: measureAll };
