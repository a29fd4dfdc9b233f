'use strict';

// Whose objects a heap has, for each package and file: of a real program with two packages, one of them in a scope.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { diffOwners, openSnapshot } = require('..');
const { heaphound } = require('./helpers/command-line');
const { AFTER, BEFORE } = require('./helpers/golden');
const { hostileHeap } = require('./helpers/hostile-heap');
const { folder } = require('./helpers/folder');
const { LINES, nodeOfLine } = require('./helpers/node-lines');

const PROGRAM = {
  'node_modules/boxes/index.js': `
class Box { constructor(id) { this.text = 'box ' + id; } }
const boxes = new Map();
exports.keep = (id) => { boxes.set(id, new Box(id)); };
`,
  'node_modules/@acme/plain/index.js': `
const rows = [];
exports.add = (id) => { rows.push({ id, tags: ['a' + id, 'b' + id] }); };
`,
  'orders.js': `
class Order { constructor(id) { this.lines = [id, 'line ' + id]; this.note = { id }; } }
const orders = [];
exports.place = (id) => { orders.push(new Order(id)); };
`,
  'main.js': `
const v8 = require('node:v8');
const path = require('node:path');
const { keep } = require('boxes');
const { add } = require('@acme/plain');
const { place } = require('./orders');
globalThis.cache = new Map();
let id = 0;
for (const [name, count] of [['a', 100], ['b', 2000]]) {
  for (let turn = 0; turn < count; turn++, id++) {
    keep(id);
    add(id);
    place(id);
    cache.set('k' + id, { id, text: 'global ' + id });
  }
  v8.writeHeapSnapshot(path.join(process.argv[2], name + '.heapsnapshot'));
}
`,
};

/** Two snapshots of the program, which is written into the folder. */
function taken(root, node = process.execPath) {
  for (const [name, text] of Object.entries(PROGRAM)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  execFileSync(node, [path.join(root, 'main.js'), root], { stdio: 'pipe' });
  return ['a', 'b'].map((name) => path.join(root, `${name}.heapsnapshot`));
}

const named = (rows, name) => rows.find((row) => row.name === name);
const sum = (rows, field) => rows.reduce((total, row) => total + row[field], 0);

/** All bytes and nodes are in one row, whatever the limit cuts. */
function assertExact({ snapshot, owners, more, rest }) {
  assert.equal(sum([...owners, more, rest], 'shallowSize'), snapshot.totalSize);
  assert.equal(sum([...owners, more, rest], 'count'), snapshot.nodeCount);
  assert.equal(sum([rest.several, rest.nobody], 'shallowSize') + rest.extraNativeSize, rest.shallowSize);
  assert.equal(sum([rest.several, rest.nobody], 'count'), rest.count);
}

function assertExactChange({ before: from, after: to, owners, more, rest }) {
  assert.equal(sum([...owners, more, rest], 'sizeBefore'), from.totalSize);
  assert.equal(sum([...owners, more, rest], 'sizeAfter'), to.totalSize);
  assert.equal(sum([...owners, more, rest], 'sizeDelta'), to.totalSize - from.totalSize);
  assert.equal(sum([...owners, more, rest], 'countDelta'), to.nodeCount - from.nodeCount);
}

for (const line of LINES) {
  it(`each package of a program has what it made and what it holds, on Node.js ${line}`, async (t) => {
    const node = nodeOfLine(line);
    assert.ok(node, `npm ci --prefix __test__/nodes installs Node.js ${line}`);
    const root = fs.realpathSync(folder(t));
    const files = taken(root, node);
    const byPackage = await diffOwners(files[0], files[1]);
    assertExactChange(byPackage);
    // A Box, its text, and its place in the Map; a row, its list and two texts; an order, a list, a text and a note.
    const least = { boxes: 3, '@acme/plain': 4, '(own code)': 4 };
    for (const [name, nodes] of Object.entries(least)) {
      const row = named(byPackage.owners, name);
      assert.ok(
        row.countDelta >= 2000 * (nodes - 1) && row.countDelta <= 2000 * (nodes + 3),
        `${name}: ${row.countDelta}`,
      );
    }
    assert.equal(named(byPackage.owners, '(own code)').kind, 'own');
    assert.equal(named(byPackage.owners, 'boxes').kind, 'package');
    // Nobody with a place holds what hangs off the global object.
    assert.ok(byPackage.rest.nobody.countDelta >= 4000, byPackage.rest.nobody.countDelta);
    for (const name of ['node:', '(V8)', '(other code)']) {
      const row = named(byPackage.owners, name);
      assert.ok((row?.countDelta ?? 0) < 1000, `${name}: ${row?.countDelta}`);
    }
    const byFile = await diffOwners(files[0], files[1], { by: 'file' });
    assertExactChange(byFile);
    const [orders, boxes] = ['orders.js', 'node_modules/boxes/index.js'].map((file) =>
      named(byFile.owners, path.join(root, file)),
    );
    assert.ok(orders.countDelta >= 6000 && orders.kind === 'own', orders.countDelta);
    assert.equal(boxes.countDelta, named(byPackage.owners, 'boxes').countDelta);
  });
}

/** A bundle of two authors in one scope; each line of it comes from one line of a source. */
const BUNDLE = `class Order { constructor(id) { this.text = 'order ' + id; } }
const orders = []; const place = (id) => { orders.push(new Order(id)); };
class Box { constructor(id) { this.text = 'box ' + id; } }
const boxes = new Map(); const keep = (id) => { boxes.set(id, new Box(id)); };
for (let id = 0; id < 1000; id++) place(id), keep(id);
require('node:v8').writeHeapSnapshot(process.argv[2]), globalThis.all = [place, keep];
//# sourceMappingURL=app.js.map
`;
const BUNDLE_MAP = JSON.stringify({
  version: 3,
  sources: ['../src/app.ts', '../node_modules/boxes/index.js'],
  names: [],
  mappings: 'AAAA;AACA;ACDA;AACA;ADCA;AACA',
});

it('a source map tells the authors of a bundle apart', async (t) => {
  const root = fs.realpathSync(folder(t));
  fs.mkdirSync(path.join(root, 'dist'));
  const files = { 'app.js': BUNDLE, 'app.js.map': BUNDLE_MAP };
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(root, 'dist', name), text);
  const file = path.join(root, 'a.heapsnapshot');
  execFileSync(process.execPath, [path.join(root, 'dist', 'app.js'), file], { stdio: 'pipe' });
  const counts = async (by, sourceMaps) => {
    const snapshot = await openSnapshot(file, { sourceMaps });
    const document = await snapshot.owners({ by });
    assertExact(document);
    await snapshot.close();
    return (name) => named(document.owners, name)?.count ?? 0;
  };
  const byPackage = await counts('package', true);
  assert.ok(byPackage('(own code)') >= 2000 && byPackage('(own code)') < 5000, byPackage('(own code)'));
  assert.ok(byPackage('boxes') >= 2000 && byPackage('boxes') < 5000, byPackage('boxes'));
  const byFile = await counts('file', true);
  assert.ok(byFile(path.join(root, 'src/app.ts')) >= 2000);
  assert.equal(byFile(path.join(root, 'node_modules/boxes/index.js')), byPackage('boxes'));
  const unmapped = await counts('package', false);
  assert.equal(unmapped('boxes'), 0);
  assert.ok(unmapped('(own code)') >= 4000);
});

/** A module of a package that only exports its Map, and a program that fills it. */
const EXPORTING = {
  'node_modules/boxes/package.json': JSON.stringify({ name: 'boxes', type: 'module', main: 'index.js' }),
  'node_modules/boxes/index.js': 'export const boxes = new Map();',
  'main.mjs': `
import v8 from 'node:v8';
import { boxes } from 'boxes';
for (let id = 0; id < 1000; id++) boxes.set(id, { text: 'box ' + id });
v8.writeHeapSnapshot(process.argv[2]);
`,
};

for (const line of LINES) {
  it(`what one ES module exports and another imports is said to be held by several, on Node.js ${line}`, async (t) => {
    const root = fs.realpathSync(folder(t));
    fs.mkdirSync(path.join(root, 'node_modules/boxes'), { recursive: true });
    for (const [name, text] of Object.entries(EXPORTING)) fs.writeFileSync(path.join(root, name), text);
    const file = path.join(root, 'a.heapsnapshot');
    execFileSync(nodeOfLine(line), [path.join(root, 'main.mjs'), file], { stdio: 'pipe' });
    const snapshot = await openSnapshot(file);
    const document = await snapshot.owners();
    await snapshot.close();
    assertExact(document);
    const { count } = document.rest.several;
    assert.ok(count >= 2000 && count < 6000, count);
  });
}

describe('owners', () => {
  it('sorts, cuts, and keeps the sum exact', async () => {
    const snapshot = await openSnapshot(AFTER);
    const all = await snapshot.owners({ by: 'file' });
    assertExact(all);
    assert.deepEqual(all.more, { owners: 0, count: 0, shallowSize: 0 });
    const cut = await snapshot.owners({ by: 'file', limit: 2 });
    assertExact(cut);
    assert.deepEqual(cut.owners, all.owners.slice(0, 2));
    assert.equal(cut.more.owners, all.owners.length - 2);
    const byCount = (await snapshot.owners({ by: 'file', sort: 'count' })).owners.map((row) => row.count);
    assert.deepEqual(
      byCount,
      [...byCount].sort((a, b) => b - a),
    );
    await assert.rejects(snapshot.owners({ by: 'class' }), { code: 'HEAPHOUND_ERR_OPTION' });
    await assert.rejects(snapshot.owners({ sort: 'retainedSize' }), { code: 'HEAPHOUND_ERR_OPTION' });
    await snapshot.close();
    await assert.rejects(snapshot.owners(), { code: 'HEAPHOUND_ERR_CLOSED' });
  });

  it('a diff cut by a limit keeps the sum exact, and opened snapshots stay open', async () => {
    const opened = await openSnapshot(BEFORE);
    const document = await diffOwners(opened, AFTER, { by: 'file', sort: 'name', limit: 3 });
    assertExactChange(document);
    assert.equal(document.owners.length, 3);
    assert.ok(document.more.owners > 0);
    assert.equal(opened.closed, false);
    await opened.close();
    await assert.rejects(diffOwners(BEFORE, AFTER, { sort: 'grownSize' }), { code: 'HEAPHOUND_ERR_OPTION' });
    await assert.rejects(diffOwners(BEFORE, BEFORE), { code: 'HEAPHOUND_ERR_SAME' });
  });

  it('stops when it is asked to', async () => {
    const snapshot = await openSnapshot(AFTER);
    const reason = new Error('enough');
    await assert.rejects(snapshot.owners({ signal: AbortSignal.abort(reason) }), reason);
    await snapshot.close();
  });
});

describe('on the command line', () => {
  let root;
  let files;
  before(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-owners-'));
    files = taken(root);
  });
  after(() => fs.rmSync(root, { recursive: true, force: true }));

  it('the lines of summary --by have all bytes', async () => {
    const { code, stdout } = await heaphound(['summary', files[1], '--by', 'package', '--limit', '2']);
    assert.equal(code, 0);
    assert.match(stdout, /^Package +Nodes +Shallow size +Share$/m);
    assert.match(stdout, /^… and \d+ more: --limit shows them/m);
    assert.match(stdout, /^held by none of them/m);
    const shares = [...stdout.matchAll(/([\d.]+) ?%/g)].map(([, share]) => Number(share));
    assert.ok(
      Math.abs(
        sum(
          shares.map((share) => ({ share })),
          'share',
        ) - 100,
      ) <= 3,
      stdout,
    );
  });

  it('diff --by names the packages that grew', async () => {
    const { code, stdout } = await heaphound(['diff', ...files, '--by', 'package']);
    assert.equal(code, 0);
    assert.match(stdout, /^boxes .*\+.*kB/m);
    assert.match(stdout, /^@acme\/plain .*\+.*kB/m);
  });

  it('--json prints the document', async () => {
    const { stdout } = await heaphound(['summary', files[1], '--by', 'file', '--json']);
    assertExact(JSON.parse(stdout));
    const diff = await heaphound(['diff', ...files, '--by', 'file', '--json']);
    assertExactChange(JSON.parse(diff.stdout));
  });

  it('refuses options that ask about classes', async () => {
    for (const args of [
      ['summary', files[1], '--by', 'package', '--filter', 'duplicatedStrings'],
      ['diff', ...files, '--by', 'file', '--compare-by', 'ids'],
      ['summary', files[1], '--by', 'colour'],
    ]) {
      const { code, stderr } = await heaphound(args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /--by|--compare-by/);
    }
  });

  it('prints hostile names harmlessly, and sums them exactly', async (t) => {
    const file = path.join(folder(t), 'hostile.heapsnapshot');
    fs.writeFileSync(file, hostileHeap({ count: 5 }));
    const { code, stdout } = await heaphound(['summary', file, '--by', 'file']);
    assert.equal(code, 0);
    assert.doesNotMatch(stdout, /[^\n\P{C}]/u);
    const { stdout: json } = await heaphound(['summary', file, '--by', 'file', '--json']);
    assertExact(JSON.parse(json));
  });
});
