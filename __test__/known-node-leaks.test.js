'use strict';

// Leaks of Node.js itself: each row of the catalogue against programs that run, and against programs that only have its
// names.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { findLeaks } = require('..');
const { nameKnown, readCatalogue } = require('../lib/compare/known-leaks');
const { RUN } = require('./helpers/leak-case');
const { leakOf } = require('./helpers/leak-document');

const PROGRAMS = path.join(__dirname, '..', 'examples', 'node');
const LINES = [20, 22, 24, 26];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-of-node-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const binaryOf = (line) => path.join(__dirname, 'nodes', 'node_modules', `node${line}`, 'bin', 'node');
const LINES_HERE = LINES.filter((line) => fs.existsSync(binaryOf(line)));
const skip = LINES_HERE.length > 1 ? false : 'two binaries are not installed: npm ci --prefix __test__/nodes';

/**
 * @param {string} name
 * @param {'leak' | 'fixed'} variant
 * @param {number} line
 */
async function found(name, variant, line) {
  const out = path.join(folder, `${name}-${variant}-${line}`);
  await promisify(execFile)(binaryOf(line), [RUN, path.join('..', 'node', name), out, variant]);
  const document = await findLeaks(['A', 'B', 'C'].map((file) => path.join(out, `${file}.heapsnapshot`)));
  fs.rmSync(out, { recursive: true });
  return document;
}

describe('a leak of Node.js is known by its row', { concurrency: 2, skip }, () => {
  for (const file of fs.readdirSync(PROGRAMS)) {
    const name = path.basename(file, '.js');
    const { expect } = require(path.join(PROGRAMS, name));
    const { known, lines = LINES } = expect;
    const leaking = LINES_HERE.filter((line) => lines.includes(line));
    const healthy = LINES_HERE.filter((line) => expect.healthy?.includes(line));
    const ends = new Set([leaking[0], leaking[leaking.length - 1]].filter(Boolean));
    for (const line of ends) {
      it(`${name} on Node.js ${line}`, async () => {
        const { leaks, nodeVersion } = await found(name, 'leak', line);
        assert.equal(leaks[0].known?.title.startsWith(known), true, leaks[0].known?.title);
        assert.equal(leaks[0].known.package, 'node');
        assert.equal(leaks[0].known.version, nodeVersion);
        assert.ok(nodeVersion.startsWith(`${line}.`), nodeVersion);
        const { advice, retainingPath } = leaks[0];
        // The same on each line, whichever function leads to the scope.
        if (expect.begins) assert.equal(retainingPath[0].location?.file, expect.begins);
        if (expect.advice) assert.equal(advice.startsWith(expect.advice), true, advice);
      });
    }
    if (leaking.length > 0) {
      it(`${name}, repaired, is healthy`, async () => {
        const { leaks } = await found(name, 'fixed', leaking[leaking.length - 1]);
        assert.deepEqual(
          leaks.filter((leak) => leak.known?.title.startsWith(known)),
          [],
        );
      });
    }
    if (healthy.length > 0) {
      const line = healthy[healthy.length - 1];
      it(`${name} does not leak on Node.js ${line}`, async () => {
        assert.deepEqual((await found(name, 'leak', line)).leaks, []);
      });
    }
  }
});

describe('a leak of Node.js', () => {
  const row = {
    package: 'node',
    versions: '>=22.0.0',
    title: 'subscribers stay',
    path: ['^Channel$', '^_subscribers$'],
    advice: 'Unsubscribe.',
    source: 'here',
  };
  const known = async (file, { rows = [row], ...options } = {}) => {
    const found = leakOf({ kind: 'growing-array' });
    const steps = [
      ['', 'Object', undefined],
      ['channel', 'Channel', file],
      ['_subscribers', 'Array', undefined],
      ['[7]', 'listener()', '/app/server.js'],
    ];
    found.retainingPath = steps.map(([edge, name, at], id) => ({
      ...found.retainingPath[0],
      id,
      edge,
      name,
      cut: id === 3,
      ...(at === undefined ? { location: undefined } : { location: { file: at, line: 1, column: 1, scriptId: 1 } }),
    }));
    await nameKnown([found], await readCatalogue(rows), { readManifests: true, ...options });
    return found.known;
  };

  it('is of a class of Node.js, and not of one of the program with the same name', async () => {
    assert.equal((await known('node:diagnostics_channel'))?.title, 'subscribers stay');
    assert.equal(await known('/app/channel.js'), undefined);
    assert.equal(await known(undefined), undefined);
    assert.equal(await known('/app/node_modules/node/channel.js'), undefined);
  });

  it('is of an affected version, which the heap says, and of any where the heap does not say', async () => {
    const file = 'node:diagnostics_channel';
    assert.equal((await known(file, { nodeVersion: '22.23.3' })).version, '22.23.3');
    assert.equal((await known(file)).version, null);
    const none = await known(file, { nodeVersion: '20.20.2', rows: [row] });
    assert.notEqual(none?.title, 'subscribers stay');
  });
});
