'use strict';

// Runs the examples of tests again and again: a healthy test that fails is a false alarm, a leaky one that passes a miss. Each example has one test of each
// kind and asserts both, so a run that does not pass is one of the two; its output says which.
//
// usage: node benches/flakiness.js [--runs 100] [--runners node,vitest,jest] [--lines 20,22,24,26]
//   needs npm ci --prefix __test__/runners and npm ci --prefix __test__/nodes

const path = require('node:path');
const { existsSync } = require('node:fs');
const { parseArgs } = require('node:util');
const { copyProject, installHeaphound, missing, runProject } = require('../__test__/runners/project');

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    runners: { type: 'string', default: 'node,vitest,jest' },
    lines: { type: 'string', default: '20,22,24,26' },
  },
});

main();

async function main() {
  const reason = missing();
  if (reason) throw new Error(reason);
  installHeaphound();
  console.log('| Node | runner | runs | failed | median ms | slowest ms |\n|---|---|--:|--:|--:|--:|');
  for (const line of values.lines.split(',')) {
    const node = path.join(__dirname, '..', '__test__', 'nodes', 'node_modules', `node${line}`, 'bin', 'node');
    if (!existsSync(node)) throw new Error(`Node ${line} is not installed: npm ci --prefix __test__/nodes`);
    for (const runner of values.runners.split(',')) await measure(runner, line, node);
  }
}

/**
 * @param {any} runner
 * @param {string} line
 * @param {string} node
 */
async function measure(runner, line, node) {
  const project = copyProject(runner, `${runner}-flakiness`);
  const times = [];
  let failed = 0;
  for (let run = 0; run < Number(values.runs); run += 1) {
    const start = performance.now();
    const { ok, output } = await runProject(runner, project, { node });
    times.push(Math.round(performance.now() - start));
    if (ok) continue;
    failed += 1;
    process.exitCode = 1;
    console.error(`run ${run + 1} of ${runner} on Node ${line}:\n${output}`);
  }
  times.sort((a, b) => a - b);
  console.log(`| ${line} | ${runner} | ${times.length} | ${failed} | ${times[times.length >> 1]} | ${times[times.length - 1]} |`);
}
