'use strict';

// Everything that CI runs, step by step, ending with Node's test runner.
//
// usage: node scripts/check.js [all | fast | lint]
//   all   lint, the core's tests, the addon, the tests of the package on every Node line that is there
//   fast  lint and a quick round of tests: under a minute once built
//   lint  formatting, clippy, types

const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');

const root = path.join(__dirname, '..');

/** Tests that take long: they start servers and take snapshots. */
const SLOW = new Set([
  'capture-faults.test.js',
  'demo.test.js',
  'fork-lines.test.js',
  'nodes.test.js',
  'store-s3-moto.test.js',
  'test-no-leak.test.js',
  'test-quiet.test.js',
  'test-runners.test.js',
  'threats.test.js',
  'watch.test.js',
]);

/** A file of tests that takes longer than this waits for what will not come. */
const LONGEST_MS = 20 * 60_000;

/** @typedef {[command: string, ...args: string[]]} Step */

/** @type {Step[]} */
const LINT = [
  ['cargo', 'fmt', '--check'],
  ['cargo', 'clippy', '--quiet', '--locked', '--', '-D', 'warnings'],
  ['cargo', 'clippy', '--quiet', '--locked', '--all-targets', '--no-default-features', '--', '-D', 'warnings'],
  [
    process.execPath,
    path.join('node_modules', 'prettier', 'bin', 'prettier.cjs'),
    '--check',
    '--log-level',
    'warn',
    '.',
  ],
  [process.execPath, path.join('node_modules', 'oxlint', 'bin', 'oxlint'), '--deny-warnings'],
  [process.execPath, path.join('node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'],
  [process.execPath, path.join('node_modules', 'tstyche', 'build', 'bin.js'), 'types'],
];
/** @type {Step} */
const BUILD = [process.execPath, path.join('scripts', 'build-addon.js')];
/** The core without Node. @type {Step} */
const CORE = ['cargo', 'test', '--quiet', '--locked', '--no-default-features'];
/** The one unit test that needs napi. @type {Step} */
const BINDING = ['cargo', 'test', '--quiet', '--locked', '--lib', 'binding'];

const mode = process.argv[2] ?? 'all';
/** @type {Record<string, () => void>} */
const modes = {
  all: () => {
    run([...LINT, CORE, BINDING, BUILD]);
    installNodes();
    installRunners();
    run([tests(() => true)]);
  },
  fast: () => run([...LINT, BUILD, tests((name) => !SLOW.has(name))]),
  lint: () => run(LINT),
};
if (!Object.hasOwn(modes, mode)) {
  console.error(`usage: node scripts/check.js [${Object.keys(modes).join(' | ')}]`);
  process.exit(2);
}
modes[mode]();

/** @param {Step[]} steps */
function run(steps) {
  for (const [command, ...args] of steps) {
    const name = [path.basename(command), ...args].join(' ');
    console.log(`> ${name.length > 100 ? `${name.slice(0, 97)}…` : name}`);
    const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
    if (error) console.error(`${command} does not run: ${error.message}`);
    if (status !== 0) process.exit(status ?? 1);
  }
}

/**
 * @param {(name: string) => boolean} wanted
 * @returns {Step}
 */
function tests(wanted) {
  const files = fs.readdirSync(path.join(root, '__test__')).filter((name) => name.endsWith('.test.js') && wanted(name));
  const [major, minor] = process.versions.node.split('.').map(Number);
  const hasTimeout = major > 21 || (major === 20 && minor >= 11);
  return [
    process.execPath,
    '--test',
    ...(hasTimeout ? [`--test-timeout=${LONGEST_MS}`] : []),
    ...files.map((name) => path.join('__test__', name)),
  ];
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
