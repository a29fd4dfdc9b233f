'use strict';

// The example projects with heaphound installed as a user has it: as a folder of files in node_modules, and no link.

const { execFile } = require('node:child_process');
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
const RUNNERS = {
  node: ['--test', '--test-reporter=tap'],
  vitest: [path.join(modules, 'vitest', 'vitest.mjs'), 'run'],
  jest: [path.join(modules, 'jest', 'bin', 'jest.js'), '--colors=false'],
};

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
 * @param {'node' | 'vitest' | 'jest'} runner
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
 * @param {'node' | 'vitest' | 'jest'} runner
 * @param {string} project
 * @param {{ node?: string, args?: string[] }} [options] `node`: the binary to use
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
function runProject(runner, project, { node = process.execPath, args = [] } = {}) {
  const { NODE_TEST_CONTEXT, NODE_OPTIONS, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(
      node,
      [...RUNNERS[runner], ...args],
      { cwd: project, env: { ...env, NO_COLOR: '1' }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        resolve({ ok: error === null, output: stdout + stderr });
      },
    );
  });
}

module.exports = { copyProject, installHeaphound, missing, runProject };
