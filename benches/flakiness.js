'use strict';

// The example tests of each runner, again and again on each Node line: a healthy test that fails is a false alarm, a
// leaky one that passes is a miss.
//
//   npm run bench -- flakiness [--runs 100] [--minutes 600] [--results FILE] [--lines 20,22] [--runners node,jest]
//
// A process runs every test of its example ten times, so that the runner starts once for ten. Lines and runners take
// turns: when the time is over, all have been run equally often. With `--results` every process adds a line to that
// file, and a later run goes on from there. Needs `npm ci --prefix __test__/runners` and `npm ci --prefix
// __test__/nodes`.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { binaryOf, versionOf } = require('./nodes');
const { valueOf } = require('./flags');
const { copyProject, installHeaphound, missing, runProject } = require('../__test__/runners/project');

const REPEATS = 10;
/** Lines that take their turns at the same time. */
const AT_ONCE = 2;
/** How each runner is asked for one answer that a program can read. */
const REPORT = { node: [], vitest: ['--reporter=json'], jest: ['--json'] };
/** The example tests by their names: what a failure of each would be. */
const IS_LEAKY = /leaks$/;

/** @typedef {'node' | 'vitest' | 'jest'} Runner */
/** @typedef {{ node: string, runner: Runner, tests: Record<string, { runs: number, failures: string[] }> }} Result */

/** @param {string[]} flags */
async function measure(flags) {
  const reason = missing();
  if (reason) throw new Error(reason);
  installHeaphound();
  const value = (name, otherwise) => valueOf(flags, name) ?? otherwise;
  const lines = value('--lines', '20,22,24,26').split(',');
  const runners = /** @type {Runner[]} */ (value('--runners', 'node,vitest,jest').split(','));
  const until = performance.now() + Number(value('--minutes', '600')) * 60_000;
  const file = value(
    '--results',
    path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-flakiness-')), 'results.jsonl'),
  );
  const before = read(file);
  for (let round = 0; round < Number(value('--runs', '100')) / REPEATS; round += 1) {
    for (const runner of runners) {
      for (let at = 0; at < lines.length; at += AT_ONCE) {
        if (performance.now() > until) return document(read(file));
        await Promise.all(
          lines.slice(at, at + AT_ONCE).map(async (line) => {
            const node = binaryOf(line);
            const version = versionOf(node);
            if (before.filter((result) => result.node === version && result.runner === runner).length > round) return;
            const tests = await runOnce(runner, repeating(runner, line), node);
            fs.appendFileSync(file, `${JSON.stringify({ node: version, runner, tests })}\n`);
          }),
        );
      }
    }
  }
  return document(read(file));
}

/**
 * The example, its tests in a loop.
 *
 * @param {Runner} runner
 * @param {string} line of Node, which has a project of its own
 */
function repeating(runner, line) {
  const project = copyProject(runner, `${runner}-flakiness-${line}`);
  const file = path.join(project, 'sessions.test.js');
  const looped = fs
    .readFileSync(file, 'utf8')
    .replace(/^const store[^]*$/m, (body) => `for (let run = 0; run < ${REPEATS}; run += 1) {\n${body}}\n`);
  fs.writeFileSync(file, looped);
  return project;
}

/**
 * @param {Runner} runner
 * @param {string} project
 * @param {string} node
 * @returns {Promise<Result['tests']>}
 */
async function runOnce(runner, project, node) {
  const { output } = await runProject(runner, project, { node, args: REPORT[runner] });
  /** @type {Result['tests']} */
  const tests = {};
  for (const { title, failure } of runner === 'node' ? readTap(output) : readJson(output)) {
    tests[title] ??= { runs: 0, failures: [] };
    tests[title].runs += 1;
    if (failure !== undefined) tests[title].failures.push(failure);
  }
  const counts = Object.values(tests).map((test) => test.runs);
  if (counts.length === 0 || counts.some((count) => count !== REPEATS))
    throw new Error(`${runner} did not run all tests:\n${output}`);
  return tests;
}

/** @param {string} output */
function readTap(output) {
  return [...output.matchAll(/^(not )?ok \d+ - (.*)\n([^]*?)(?=^# |^1\.\.)/gm)].map(([, not, title, detail]) => ({
    title,
    failure: not ? detail : undefined,
  }));
}

/** @param {string} output Jest's form, which Vitest speaks, too */
function readJson(output) {
  const [json] = /^\{.*"numTotalTests".*\}$/m.exec(output) ?? [];
  if (json === undefined) throw new Error(`no report:\n${output}`);
  const tests = JSON.parse(json).testResults.flatMap((suite) => suite.assertionResults);
  return tests.map(({ title, status, failureMessages }) => ({
    title,
    failure: status === 'passed' ? undefined : failureMessages.join('\n'),
  }));
}

/** @param {string} file @returns {Result[]} */
function read(file) {
  if (!fs.existsSync(file)) return [];
  return fs
    .readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** @param {Result[]} results */
function document(results) {
  const keys = [...new Set(results.map(({ runner, node }) => `${runner} ${node}`))];
  const rows = keys.map((key) => {
    const own = results.filter(({ runner, node }) => `${runner} ${node}` === key);
    const sum = (leaky, pick) =>
      own
        .flatMap(({ tests }) => Object.entries(tests))
        .filter(([title]) => IS_LEAKY.test(title) === leaky)
        .reduce((total, [, test]) => total + pick(test), 0);
    const runs = (test) => test.runs;
    const failures = (test) => test.failures.length;
    const [runner, node] = key.split(' ');
    return `| ${[runner, node, own.length, sum(true, runs), sum(true, failures), sum(false, runs), sum(false, failures)].join(' | ')} |`;
  });
  return [
    'The tests of `examples/tests-*` on each Node line, each process running every test ten times, two at the same time (`benches/flakiness.js`). A *miss* is a leaky test in which nothing, or',
    'something else, was found; a *false alarm* a healthy one that failed.',
    '',
    '| runner | Node | processes | leaky tests | missed | healthy tests | false alarms |',
    '|---|---|--:|--:|--:|--:|--:|',
    ...rows,
  ];
}

module.exports = { title: 'Leak tests: false alarms and misses', measure };
