'use strict';

// The example projects with heaphound installed as a user has it: as a folder of files in node_modules, and no link.

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..', '..');
const modules = path.join(__dirname, 'node_modules');

/** What is needed to run. */
const SHIPPED = ['package.json', 'index.js', 'index.d.ts', 'lib', 'cli', 'words', 'test', 'catalogue', `heaphound.${process.platform}-${process.arch}.node`];
const RUNNERS = {
  node: ['--test', '--test-reporter=tap'],
  vitest: [path.join(modules, 'vitest', 'vitest.mjs'), 'run'],
  jest: [path.join(modules, 'jest', 'bin', 'jest.js'), '--colors=false'],
};

/** @returns {false | string} why nothing can run */
function missing() {
  return fs.existsSync(path.join(modules, 'jest')) ? false : 'the runners are not installed: npm ci --prefix __test__/runners';
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
    execFile(node, [...RUNNERS[runner], ...args], { cwd: project, env: { ...env, NO_COLOR: '1' }, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: stdout + stderr });
    });
  });
}

module.exports = { copyProject, installHeaphound, missing, runProject };
