'use strict';

// The tables of `docs/benchmarks.md`.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync } = require('node:child_process');

const TARGET = path.join(__dirname, '..', 'docs', 'benchmarks.md');
/** The counts stand in the header, and the header at the beginning. */
const HEADER_BYTES = 1 << 16;

function write({ answers, heaps, runs, load }) {
  const versions = new Map(answers.flatMap(({ rows }) => rows.map(({ tool }) => [tool.name, tool.version])));
  const text = [
    '# Benchmarks',
    '',
    'Written by `npm run bench` (`benches/run.js`): do not edit.',
    '',
    `Taken on ${new Date().toISOString().slice(0, 10)}: ${os.cpus().length} × ${os.cpus()[0].model.trim()}, ${(os.totalmem() / 1e9).toFixed(0)} GB of memory, `
      + `${os.type()} ${os.release().split('-')[0]}, Node ${process.version}, ${rustVersion()}.`,
    `Every number is ${runs === 1 ? 'of one run' : `the median of ${runs} runs`}, the tools in turns, files in the page cache, each run a process of its own: `
      + 'wall time with the start of the process, time of all its threads on processors, and its highest resident memory. Times depend on what else '
      + `the machine does (average load at the start: ${load.toFixed(1)}); the ratios depend less on it.`,
    '',
    `Versions: ${[...versions].map(([name, version]) => `${name} ${version}`).join(', ')}.`
      + (process.env.HEAP_SNAPSHOT_LIBRARIES === undefined ? '' : ' The binary of @heap-snapshot/tool was started with a newer glibc than the system\'s, which it needs.'),
    '',
    '## Heaps',
    '',
    '| file | size | nodes | edges | made by |',
    '|---|--:|--:|--:|---|',
    ...heaps.map(heapRow),
    '',
    ...answers.flatMap(section),
  ];
  fs.writeFileSync(TARGET, `${text.join('\n').trimEnd()}\n`);
}

const MAKERS = {
  mid: '`make-mid.js`: sessions in a Map, posts in an array',
  mid2: 'the same process a little later',
  ts: '`make-ts.js`: TypeScript\'s type checker over a large program',
  x31: '`replicate.js`: `mid` many times under one root',
};

function heapRow({ name, file }) {
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = fs.openSync(file, 'r');
  fs.readSync(descriptor, header, 0, HEADER_BYTES, 0);
  fs.closeSync(descriptor);
  const count = (field) => Number(new RegExp(`"${field}":(\\d+)`).exec(header.toString('latin1'))[1]).toLocaleString('en-US');
  return `| ${name} | ${megabytes(fs.statSync(file).size)} | ${count('node_count')} | ${count('edge_count')} | ${MAKERS[name]} |`;
}

function section({ title, rows, aim }) {
  const [ours] = rows;
  return [
    `## ${title}`,
    '',
    '| | wall | processors | peak memory | wall, ours = 1 | memory, ours = 1 |',
    '|---|--:|--:|--:|--:|--:|',
    ...rows.map((row) => toolRow(row, ours)),
    `| *aim on two cores* | ${aim.seconds} s | | ${megabytes(aim.peakBytes)} | | |`,
    '',
  ];
}

function toolRow({ tool, seconds, cpuSeconds, peakBytes, failure }, ours) {
  if (failure !== undefined) return `| ${tool.name} | fails | | ${failure.replaceAll('|', '\\|')} | | |`;
  const ratio = (value, base) => (base === undefined ? '' : (value / base).toFixed(1));
  return `| ${tool.name} | ${seconds.toFixed(2)} s | ${cpuSeconds.toFixed(2)} s | ${megabytes(peakBytes)} | ${ratio(seconds, ours.seconds)} | ${ratio(peakBytes, ours.peakBytes)} |`;
}

function megabytes(bytes) {
  return `${Math.round(bytes / 1e6).toLocaleString('en-US')} MB`;
}

function rustVersion() {
  return execFileSync('rustc', ['--version'], { encoding: 'utf8' }).split(' ').slice(0, 2).join(' ');
}

module.exports = { write };
