'use strict';

// What the steps of `check.js` and the files of tests take: measured, kept in times.json, shown in CONTRIBUTING.md.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const FILE = path.join(__dirname, 'times.json');
const DOCUMENT = path.join(__dirname, '..', 'CONTRIBUTING.md');
const MARKS = ['<!-- times -->\n', '<!-- /times -->'];
/** Rows of the table of files; the others are added up. */
const SHOWN = 12;

/**
 * `seconds` by the clock, and of all processors together, with all processes that were waited for.
 *
 * @typedef {{ seconds: number, processorSeconds: number }} Time
 * @typedef {{ machine: string, steps: Record<string, Time>, tests: Record<string, Time> }} Times
 */

/** @returns {Times} */
function readTimes() {
  return JSON.parse(fs.readFileSync(FILE, 'utf8'));
}

/**
 * Files of tests, those that take longest first. Nobody knows how long a file takes that was never measured: it comes
 * before the others.
 *
 * @param {string[]} names
 * @param {Record<string, Time>} taken
 */
function longestFirst(names, taken) {
  const seconds = (/** @type {string} */ name) => taken[name]?.seconds ?? Infinity;
  return [...names].sort((a, b) => (seconds(a) === seconds(b) ? 0 : seconds(b) - seconds(a)));
}

/**
 * Files of tests that took no more processor time than this. A file that was never measured is none of them.
 *
 * @param {string[]} names
 * @param {Record<string, Time>} taken
 * @param {number} most
 */
function quickOnes(names, taken, most) {
  return names.filter((name) => taken[name]?.processorSeconds <= most);
}

/**
 * Runs a command to its end. The shell of POSIX knows what its children took.
 *
 * @param {string} name
 * @param {string[]} command
 * @param {string} cwd
 * @returns {Time}
 */
function measure(name, command, cwd) {
  const start = performance.now();
  const script = '"$@" >&2; code=$?; times; exit $code';
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', ...command], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) console.warn(`${stderr}\n${name} ended with ${status}`);
  const seconds = (performance.now() - start) / 1000;
  const [, ofChildren] = stdout.trim().split('\n');
  const processorSeconds = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest),
    0,
  );
  const time = { seconds: round(seconds), processorSeconds: round(processorSeconds) };
  console.log(`${name}: ${time.seconds} s, of the processors ${time.processorSeconds} s`);
  return time;
}

/** @param {Omit<Times, 'machine'>} times */
function writeTimes(times) {
  const machine = `Node.js ${process.version}, ${os.availableParallelism()} processors`;
  fs.writeFileSync(FILE, `${JSON.stringify({ machine, ...times }, null, 2)}\n`);
  fs.writeFileSync(DOCUMENT, withTables(fs.readFileSync(DOCUMENT, 'utf8'), readTimes()));
}

/**
 * @param {string} document
 * @param {Times} times
 */
function withTables(document, { machine, steps, tests }) {
  const [start, end] = [document.indexOf(MARKS[0]) + MARKS[0].length, document.indexOf(MARKS[1])];
  const files = Object.entries(tests).sort(([, a], [, b]) => b.processorSeconds - a.processorSeconds);
  const others = files.slice(SHOWN);
  /** @type {[string, Time][]} */
  const rows = [
    ...Object.entries(steps),
    ...files.slice(0, SHOWN).map(([name, time]) => /** @type {[string, Time]} */ ([`\`${name}\``, time])),
    [`${others.length} other files of tests`, total(others)],
    ['all files of tests', total(files)],
  ];
  const table = [
    `${machine}; each alone, one after the other. In seconds:`,
    '',
    '| step | clock | processors |',
    '|---|--:|--:|',
    ...rows.map(([name, time]) => `| ${name} | ${time.seconds} | ${time.processorSeconds} |`),
  ];
  return `${document.slice(0, start)}\n${table.join('\n')}\n\n${document.slice(end)}`;
}

/**
 * @param {[string, Time][]} rows
 * @returns {Time}
 */
function total(rows) {
  const sum = (/** @type {keyof Time} */ name) => round(rows.reduce((all, [, time]) => all + time[name], 0));
  return { seconds: sum('seconds'), processorSeconds: sum('processorSeconds') };
}

/** @param {number} seconds */
function round(seconds) {
  return Math.round(seconds * 10) / 10;
}

module.exports = { longestFirst, measure, quickOnes, readTimes, withTables, writeTimes };
