'use strict';

// What a leak test costs in each runner: the projects `examples/tests-*`, each with the compiler that a user has.
//
//   npm run bench -- runners [--runs 3]
//
// Needs `npm ci --prefix __test__/runners`, and `npm ci --prefix __test__/nodes` for TypeScript in Node.js itself.

const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { TIME, costOf, median, middle, timed } = require('./measure');
const { binaryOf } = require('./nodes');
const { valueOf } = require('./flags');
const { RUNNERS, copyProject, environment, installHeaphound, missing } = require('../__test__/runners/project');

const PROJECTS = {
  node: 'node:test, JavaScript',
  typescript: 'node:test, TypeScript of Node.js 24',
  vitest: 'Vitest, JavaScript',
  'vitest-pools': 'Vitest, TypeScript, four pools and coverage',
  jest: 'Jest, JavaScript',
  'swc-jest': 'Jest with `@swc/jest`',
  'ts-jest': 'Jest with `ts-jest`',
};
/** How a runner says what one test took. The names of the tests are the same in all projects. */
const LEAKY = /(?:✓|ok \d+ -) (?:logging out the old way|logging in without logging out) leaks[^\d]*?\(?([\d.]+) ?ms/;
const HEALTHY = /(?:✓|ok \d+ -) logging in and out does not leak[^\d]*?\(?([\d.]+) ?ms/;

/** @param {string[]} flags */
async function measureRunners(flags) {
  const reason = missing();
  if (reason) throw new Error(reason);
  installHeaphound();
  const rounds = Number(valueOf(flags, '--runs') ?? 3);
  /** @type {Record<string, any[]>} */
  const runs = Object.fromEntries(Object.keys(PROJECTS).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of Object.keys(PROJECTS)) runs[name].push(once(name));
  }
  const rows = Object.entries(runs).map(([name, all]) => {
    const { seconds, cpuSeconds, peakBytes } = median(all);
    const [leaky, healthy] = [all.map(({ leakyMs }) => leakyMs), all.map(({ healthyMs }) => healthyMs)].map((times) =>
      (middle(times) / 1000).toFixed(1),
    );
    const cells = [seconds.toFixed(1), cpuSeconds.toFixed(1), (peakBytes / 1e6).toFixed(0), leaky, healthy];
    return `| ${PROJECTS[name]} | \`examples/tests-${name}\` | ${cells.join(' | ')} |`;
  });
  return [
    `The whole project, from the start of the runner to its end, ${rounds} times in turns; medians. *Leak* and *healthy*: the first test of each kind, as the runner says it.`,
    'In the project with four pools all of them run side by side.',
    '',
    '| | project | wall, s | processors, s | peak, MB | leak, s | healthy, s |',
    '|---|---|--:|--:|--:|--:|--:|',
    ...rows,
  ];
}

/** @param {string} name */
function once(name) {
  const project = copyProject(/** @type {any} */ (name), `bench-${name}`);
  const node = name === 'typescript' ? binaryOf('24') : process.execPath;
  const args = RUNNERS[name].map((arg) => arg.replace('--test-reporter=tap', '--test-reporter=spec'));
  const command = [node, ...args, ...(name.startsWith('vitest') ? ['--reporter=verbose'] : [])];
  const { stdout, stderr } = spawnSync(TIME, timed(command), {
    cwd: project,
    env: environment(),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const output = `${stdout}${stderr}`.replaceAll('✔', '✓').replaceAll('✖', '✓').replaceAll('✕', '✓');
  const taken = costOf(stderr);
  const [leaky, healthy] = [LEAKY, HEALTHY].map((pattern) =>
    pattern.exec(output.replaceAll(/\|\w+\| \S+ > /g, '').replaceAll(/✓\s+(\S+\.[jt]s > )?/g, '✓ ')),
  );
  if (taken === undefined || leaky === null || healthy === null)
    throw new Error(`${path.basename(project)}:\n${output}`);
  return { ...taken, leakyMs: Number(leaky[1]), healthyMs: Number(healthy[1]) };
}

module.exports = { title: 'What a leak test costs in each runner', measure: measureRunners };
