'use strict';

// The example projects with heaphound installed as a user has it: as a folder of files in node_modules, and no link.

const { execFile, spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..', '..');
const modules = path.join(__dirname, 'node_modules');

/** What the package has, but for what nobody needs to run it. */
const NOT_TO_RUN = /^(docs|examples|src|scripts|Cargo|build\.rs|CHANGELOG|CONTRIBUTING|heaphound\.)/;
const { files } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const SHIPPED = [
  'package.json',
  ...files.filter((/** @type {string} */ name) => !NOT_TO_RUN.test(name)),
  `heaphound.${process.platform}-${process.arch}.node`,
];
const VITEST = path.join(modules, 'vitest', 'vitest.mjs');
const JEST = [path.join(modules, 'jest', 'bin', 'jest.js'), '--colors=false'];
const NODE = ['--test', '--test-reporter=tap'];
/** How each project of `examples/tests-*` is run. */
const RUNNERS = {
  node: NODE,
  typescript: [...NODE, 'sessions.test.ts'],
  vitest: [VITEST, 'run'],
  'vitest-pools': [VITEST, 'run', '--coverage'],
  jest: JEST,
  'ts-jest': JEST,
  'swc-jest': JEST,
};
/** @typedef {keyof typeof RUNNERS} Runner */

/** @returns {false | string} why nothing can run */
function missing() {
  return fs.existsSync(path.join(modules, 'jest'))
    ? false
    : 'the runners are not installed: npm ci --prefix __test__/runners';
}

function installHeaphound() {
  const target = path.join(modules, 'heaphound');
  fs.rmSync(target, { recursive: true, force: true });
  for (const name of SHIPPED) fs.cpSync(path.join(root, name), path.join(target, name), { recursive: true });
}

/**
 * A fresh copy of an example, in a folder whose modules are those of `__test__/runners`.
 *
 * @param {Runner} runner
 * @param {string} [name]
 */
function copyProject(runner, name = runner) {
  const project = path.join(__dirname, 'projects', name);
  fs.rmSync(project, { recursive: true, force: true });
  const isOwn = (file) => !['node_modules', '.heaphound'].includes(path.basename(file));
  fs.cpSync(path.join(root, 'examples', `tests-${runner}`), project, { recursive: true, filter: isOwn });
  return project;
}

/**
 * The environment of a run: without what a runner around it says to its own processes.
 *
 * @returns {NodeJS.ProcessEnv}
 */
function environment() {
  const { NODE_TEST_CONTEXT, NODE_OPTIONS, NODE_V8_COVERAGE, ...env } = process.env;
  return { ...env, NO_COLOR: '1' };
}

/**
 * @param {Runner} runner
 * @param {string} project
 * @param {{ node?: string, flags?: string[], args?: string[] }} [options] `node`: the binary to use, with these flags
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
function runProject(runner, project, { node = process.execPath, flags = [], args = [] } = {}) {
  return new Promise((resolve) => {
    execFile(
      node,
      [...flags, ...RUNNERS[runner], ...args],
      { cwd: project, env: environment(), maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        resolve({ ok: error === null, output: stdout + stderr });
      },
    );
  });
}

/**
 * Vitest in its watch mode. Its end is that of the process, which belongs to the caller.
 *
 * @param {string} project
 * @param {string[]} args
 */
function watchProject(project, args) {
  return spawn(process.execPath, [VITEST, '--watch', ...args], { cwd: project, env: environment() });
}

module.exports = { RUNNERS, copyProject, environment, installHeaphound, missing, runProject, watchProject };
