'use strict';

// What is loaded when: a program and a command load the files that they need, and `import` sees every name.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { after, test } = require('node:test');
const heaphound = require('..');
const { COMMAND_NAMES, allCommands } = require('../cli/commands');
const { LINES, nodeOfLine } = require('./helpers/node-lines');

const ROOT = path.join(__dirname, '..');
const NAMES = Object.keys(heaphound).sort();
/** Prints the files of the package that are loaded. */
const PRINT_LOADED = `process.on('exit', () => console.error(JSON.stringify(Object.keys(require.cache))))`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-loading-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const script = (/** @type {string} */ name, /** @type {string} */ text) => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
};

/** @param {string[]} args @param {string} [node] */
function run(args, node = process.execPath) {
  const { stdout, stderr, status } = spawnSync(node, args, { encoding: 'utf8' });
  return { stdout, stderr, status };
}

/** Files of the package that `node args` loads, named from its folder. @param {string[]} args */
function loadedBy(args) {
  const { stderr, status } = run(['--require', script('print.cjs', PRINT_LOADED), ...args]);
  assert.equal(status, 0, stderr);
  return JSON.parse(stderr).map((/** @type {string} */ file) => path.relative(ROOT, file));
}

const folderOf = (/** @type {string} */ file) => path.posix.dirname(file);

for (const line of LINES) {
  const node = nodeOfLine(line);
  test(
    `on Node ${line} import sees every name that require has`,
    { skip: node === undefined && `node${line} is not installed` },
    () => {
      const file = script(
        `names-${line}.mjs`,
        `import { ${NAMES.join(', ')} } from ${JSON.stringify(pathToFileURL(path.join(ROOT, 'index.js')).href)};
console.log([${NAMES.join(', ')}].map((value) => typeof value).join());`,
      );
      const { stdout, stderr } = run([file], node);
      assert.equal(stdout.trim(), NAMES.map(() => 'function').join(), stderr);
    },
  );
}

test('a program that takes one function loads no files of the others', () => {
  const files = loadedBy(['-e', `const { openSnapshot } = require(${JSON.stringify(ROOT)})`]);
  assert.ok(files.includes('lib/open/snapshot.js'), files.join());
  const others = ['lib/capture', 'lib/compare', 'lib/service', 'lib/store', 'lib/watch'];
  assert.deepEqual(
    files.filter((/** @type {string} */ file) => others.includes(folderOf(file))),
    [],
  );
});

test('a function is the same each time, and may be replaced by a test', () => {
  for (const name of NAMES) assert.equal(heaphound[name], heaphound[name], name);
  const code = `const heaphound = require(${JSON.stringify(ROOT)});
heaphound.findLeaks = 'replaced before its first use';
const { openSnapshot } = heaphound;
heaphound.openSnapshot = 'replaced';
console.log(heaphound.findLeaks, heaphound.openSnapshot, typeof openSnapshot, Object.keys(heaphound).length);`;
  assert.equal(run(['-e', code]).stdout.trim(), `replaced before its first use replaced function ${NAMES.length}`);
});

test('an addon that is not there is an error with a code, for import as for require', () => {
  const broken = path.join(folder, 'broken');
  for (const name of ['index.js', 'package.json', 'lib', 'checks', 'waits', 'words'])
    fs.cpSync(path.join(ROOT, name), path.join(broken, name), { recursive: true });
  const index = path.join(broken, 'index.js');
  const imported = script('broken.mjs', `import { findLeaks } from ${JSON.stringify(pathToFileURL(index).href)};`);
  for (const args of [[imported], ['-e', `require(${JSON.stringify(index)})`]]) {
    const { stderr, status } = run(args);
    assert.equal(status, 1);
    assert.match(stderr, /HEAPHOUND_ERR_ADDON/);
  }
});

test('a command loads its own file, and the help loads all', () => {
  const main = path.join(ROOT, 'cli', 'main.js');
  const commandsOf = (/** @type {string[]} */ args) =>
    loadedBy([main, ...args]).filter((/** @type {string} */ file) => folderOf(file) === 'cli/commands');
  assert.deepEqual(commandsOf(['summary', '--help']), ['cli/commands/summary.js']);
  assert.equal(commandsOf(['help']).length, COMMAND_NAMES.length);
  assert.deepEqual(
    allCommands().map(({ name }) => name),
    COMMAND_NAMES,
  );
});
