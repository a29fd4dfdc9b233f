'use strict';

// Everything that CI runs, ending with the tests of the package.
//
// usage: node scripts/check.js [all | fast | lint | times [NAME…]]
//   all    lint, the addon, the page, the core's tests, the tests of the package on every Node line that is there
//   fast   lint and the files of tests that take little: under a minute once built
//   lint   formatting, clippy, types, the tests that read the tree alone
//   times  what each step and each file of tests takes, one after the other, or those whose names have NAME in them;
//          writes scripts/times.json and the tables of CONTRIBUTING.md

const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const lanes = require('./lanes');
const { longestFirst, measure, quickOnes, readTimes, writeTimes } = require('./times');

const root = path.join(__dirname, '..');

/** `fast` leaves out files of tests that took more processor time than this, and those that were never measured. */
const QUICK_SECONDS = 2;

/** @typedef {import('./lanes').Step} Step */

/**
 * @param {string} name
 * @param {string} file below node_modules
 * @param {string[]} args
 * @returns {Step}
 */
const tool = (name, file, ...args) => ({ name, command: [process.execPath, path.join('node_modules', file), ...args] });
/**
 * @param {string} name
 * @param {string[]} args
 * @returns {Step}
 */
const cargo = (name, ...args) => ({ name, command: ['cargo', ...args] });

/** Cargo works on one of them at a time. */
const LINT_RUST = [
  cargo('rustfmt', 'fmt', '--check'),
  cargo('clippy, the addon', 'clippy', '--quiet', '--locked', '--', '-D', 'warnings'),
  cargo(
    'clippy, the core and its tests',
    'clippy',
    '--quiet',
    '--locked',
    '--all-targets',
    '--no-default-features',
    '--',
    '-D',
    'warnings',
  ),
];
const LINT_JAVASCRIPT = [
  tool('prettier', 'prettier/bin/prettier.cjs', '--cache', '--check', '--log-level', 'warn', '.'),
  tool('oxlint', 'oxlint/bin/oxlint', '--deny-warnings'),
  tool('tsc', 'typescript/bin/tsc', '-p', '.'),
  tool('tsc, the page', 'typescript/bin/tsc', '-p', 'viewer'),
  tool('tstyche', 'tstyche/build/bin.js', 'types'),
  { name: 'tests of the tree', command: [process.execPath, path.join('scripts', 'tests.js'), ...treeFiles()] },
];
/** @type {Step} */
const BUILD = { name: 'the addon', command: [process.execPath, path.join('scripts', 'build-addon.js')] };
/** What reports and the viewer show in a browser. @type {Step} */
const PAGE = { name: 'the page', command: [process.execPath, path.join('viewer', 'build.mjs')] };
/** With the binding in it: the core is compiled for tests once. That it needs no Node, clippy sees. */
const CORE_TESTS = [cargo('tests of the core and the binding', 'test', '--quiet', '--locked')];

const [mode = 'all', ...names] = process.argv.slice(2);
/** @type {Record<string, () => Promise<void>>} */
const modes = {
  all: async () => {
    await sideBySide([...LINT_RUST, BUILD, ...CORE_TESTS], [...LINT_JAVASCRIPT, PAGE]);
    installNodes();
    installRunners();
    await sideBySide([tests(testFiles())]);
  },
  fast: async () => {
    await sideBySide([...LINT_RUST, BUILD], [...LINT_JAVASCRIPT, PAGE]);
    await sideBySide([tests(quickOnes(testFiles(), readTimes().tests, QUICK_SECONDS))]);
  },
  lint: () => sideBySide(LINT_RUST, LINT_JAVASCRIPT),
  times: async () => {
    const isWanted = (/** @type {string} */ name) => names.length === 0 || names.some((part) => name.includes(part));
    const steps = [...LINT_RUST, ...LINT_JAVASCRIPT, BUILD, PAGE, ...CORE_TESTS];
    const known = readTimes();
    const take = (/** @type {Step[]} */ all, /** @type {Record<string, import('./times').Time>} */ before) =>
      Object.fromEntries(
        all.map((step) => [
          step.name,
          isWanted(step.name) ? measure(step.name, step.command, root) : before[step.name],
        ]),
      );
    writeTimes({
      steps: take(steps, known.steps),
      tests: take(
        testFiles().map((name) => ({ name, command: tests([name]).command })),
        known.tests,
      ),
    });
  },
};
if (!Object.hasOwn(modes, mode)) {
  console.error(`usage: node scripts/check.js [${Object.keys(modes).join(' | ')}]`);
  process.exit(2);
}
modes[mode]();

/**
 * Ends the process where a step fails.
 *
 * @param {Step[][]} steps of each lane
 */
async function sideBySide(...steps) {
  const failed = await lanes.sideBySide(steps, root);
  if (failed !== 0) process.exit(failed);
}

/** Files of tests that read the code and the documents, and run nothing: a comment can break them. */
function treeFiles() {
  const folder = path.join('__test__', 'tree');
  return fs.readdirSync(path.join(root, folder)).map((name) => path.join(folder, name));
}

function testFiles() {
  return fs.readdirSync(path.join(root, '__test__')).filter((name) => name.endsWith('.test.js'));
}

/**
 * The step that runs files of tests, those that take longest first.
 *
 * @param {string[]} names
 * @returns {Step}
 */
function tests(names) {
  const files = longestFirst(names, readTimes().tests).map((name) => path.join('__test__', name));
  return {
    name: `${files.length} files of tests`,
    command: [process.execPath, path.join('scripts', 'tests.js'), ...files],
  };
}

/** Binaries of the Node lines that we support; without them `nodes.test.js` skips. */
function installNodes() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  install('nodes', 'node26', 'The other Node lines');
}

/** The test runners that `heaphound/test` is tried with; without them `test-runners.test.js` skips. */
function installRunners() {
  install('runners', 'jest', 'The test runners');
}

/**
 * Somebody without a network can still run the rest of the tests; CI must not.
 *
 * @param {string} name of a folder of `__test__` with a manifest of its own
 * @param {string} proof a package that is there once it is installed
 * @param {string} what
 */
function install(name, proof, what) {
  const folder = path.join(root, '__test__', name);
  if (fs.existsSync(path.join(folder, 'node_modules', proof))) return;
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (npm.status === 0) return;
  console.warn(`${what} could not be installed; their tests are skipped.`);
  if (process.env.CI) process.exit(1);
}
