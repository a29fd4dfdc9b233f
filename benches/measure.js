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
  const child = spawnSync(TIME, ['-f', 'heaphound-bench %e %U %S %M', ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: LIMIT_MS,
    maxBuffer: 1 << 28,
  });
  if (child.error) return { failure: child.error.message };
  const numbers = /heaphound-bench ([\d.]+) ([\d.]+) ([\d.]+) (\d+)\n$/.exec(child.stderr);
  if (child.status !== 0 || numbers === null) return { failure: reason(child) };
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

/** The middle one of the runs in each respect; a failure when one of them failed. */
function median(runs) {
  const failed = runs.find((run) => run.failure !== undefined);
  if (failed !== undefined) return failed;
  const middle = (values) => values.sort((left, right) => left - right)[Math.floor(values.length / 2)];
  return Object.fromEntries(
    ['seconds', 'cpuSeconds', 'peakBytes'].map((field) => [field, middle(runs.map((run) => run[field]))]),
  );
}

module.exports = { measure, median };
