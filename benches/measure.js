'use strict';

// One run of a command in a process of its own, with what it took.

const { spawnSync } = require('node:child_process');

/** GNU time: it alone gives the peak memory of a child on every Linux. */
const TIME = '/usr/bin/time';
/** Longer than the slowest tool takes for the largest file that it is given. */
const LIMIT_MS = 15 * 60_000;

/**
 * @typedef {object} Run
 * @property {number} [seconds] Wall time, process start included.
 * @property {number} [cpuSeconds] Time of all its threads on processors.
 * @property {number} [peakBytes] Highest resident memory of the process.
 * @property {string} [failure] Why there are no numbers.
 */

/**
 * Runs `command` with its output thrown away.
 * @param {string[]} command
 * @returns {Run}
 */
function measure(command) {
  const child = spawnSync(TIME, timed(command), {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: LIMIT_MS,
    maxBuffer: 1 << 28,
  });
  if (child.error) return { failure: child.error.message };
  const taken = costOf(child.stderr);
  return child.status !== 0 || taken === undefined ? { failure: reason(child) } : taken;
}

/** What to give `TIME`, so that `costOf` finds in its errors what the command took. @param {string[]} command */
function timed(command) {
  return ['-f', 'heaphound-bench %e %U %S %M', ...command];
}

/**
 * @param {string} stderr of a command that was `timed`
 * @returns {Pick<Run, 'seconds' | 'cpuSeconds' | 'peakBytes'> | undefined}
 */
function costOf(stderr) {
  const numbers = /heaphound-bench ([\d.]+) ([\d.]+) ([\d.]+) (\d+)\n$/.exec(stderr);
  if (numbers === null) return undefined;
  const [seconds, user, system, kilobytes] = numbers.slice(1).map(Number);
  return { seconds, cpuSeconds: user + system, peakBytes: kilobytes * 1024 };
}

/** The line of what a failed command said that tells most. */
function reason({ status, signal, stderr }) {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('heaphound-bench'));
  const telling = lines.find((line) => /error|panicked|not found|fatal/i.test(line)) ?? lines[0] ?? '';
  return `${signal ?? `exit code ${status}`}: ${telling.replace(/(?:[^\s:]*\/)+/g, '').slice(0, 120)}`;
}

/** The middle one of some numbers. @param {number[]} values */
function middle(values) {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)];
}

/** The middle one of the runs in each respect; a failure when one of them failed. */
function median(runs) {
  const failed = runs.find((run) => run.failure !== undefined);
  if (failed !== undefined) return failed;
  return Object.fromEntries(
    ['seconds', 'cpuSeconds', 'peakBytes'].map((field) => [field, middle(runs.map((run) => run[field]))]),
  );
}

module.exports = { TIME, costOf, measure, median, middle, timed };
