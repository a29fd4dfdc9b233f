'use strict';

// A search for leaks in three files or more has never more than two snapshots in memory, and gives the answer that
// snapshots get which are opened all together.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const zlib = require('node:zlib');
const { findLeaks } = require('..');
const { searchInTurn } = require('../lib/compare/in-turn');

/** Eight moments of a program whose Map gains a hundred sessions between two of them. */
const PROGRAM = `
  const v8 = require('node:v8');
  const kept = Array.from({ length: 120000 }, (_, number) => ({ number, name: 'kept ' + number }));
  const sessions = new Map();
  class Session { constructor(number) { this.number = number; } }
  for (const file of process.argv.slice(1)) {
    for (let more = 0; more < 100; more++) sessions.set('session ' + sessions.size, new Session(sessions.size));
    v8.writeHeapSnapshot(file);
  }
  globalThis.all = [kept, sessions];
`;

let root;
/** @type {string[]} */
let files;
/** Of another process. */
let other;
before(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-in-turn-'));
  files = [...'abcdefgh'].map((name) => path.join(root, `${name}.heapsnapshot`));
  other = path.join(root, 'other.heapsnapshot');
  execFileSync(process.execPath, ['-e', PROGRAM, ...files]);
  execFileSync(process.execPath, ['-e', PROGRAM, other]);
});
after(() => fs.rmSync(root, { recursive: true, force: true }));

const inTurn = (given, opening = {}) => searchInTurn(given, opening, [], () => ({}));
/** The answer but for what says in which order the files were given. */
const plain = ({ order: _, ...answer }) => answer;
/** The answer about snapshots that are opened all together: `order: 'given'` opens them so. Oldest first. */
const together = (given, options) => findLeaks(given, { ...options, order: 'given' });

test('three files give the answer of snapshots that are opened all together, in whatever order they are given', async () => {
  const three = files.slice(0, 3);
  for (const given of [three, three.toReversed(), [three[1], three[2], three[0]]]) {
    assert.notEqual(await inTurn(given), undefined);
    const found = await findLeaks(given);
    assert.deepEqual(plain(found), plain(await together(three)));
    assert.deepEqual(found.leaks[0].countGrowth, [100, 100]);
    assert.equal(found.order.by, 'ids');
    assert.deepEqual(
      found.snapshots.map(({ file }) => file),
      three,
    );
  }
});

test('packed files, a directory of files, one thread and each option of the question give the same answer', async () => {
  const packed = path.join(root, 'packed');
  fs.mkdirSync(packed);
  const copies = files.slice(0, 4).map((file) => path.join(packed, `${path.basename(file)}.gz`));
  copies.forEach((copy, at) => fs.writeFileSync(copy, zlib.gzipSync(fs.readFileSync(files[at]), { level: 1 })));
  assert.notEqual(await inTurn([packed]), undefined);
  const options = { operations: [100, 50, 100], limit: 1, explain: '' };
  assert.deepEqual(
    plain(await findLeaks([packed], { ...options, threads: 1 })),
    plain(await together(copies, options)),
  );
});

test('the sidecars of the files are believed, and tell the time between them', async () => {
  const folder = path.join(root, 'captured');
  fs.mkdirSync(folder);
  const captured = (spaces) =>
    spaces.map((idSpace, at) => {
      const copy = path.join(folder, path.basename(files[at]));
      fs.copyFileSync(files[at], copy);
      const startedAt = new Date(1_700_000_000_000 + at * at * 60_000).toISOString();
      fs.writeFileSync(`${copy}.json`, JSON.stringify({ idSpace, startedAt, storedBytes: fs.statSync(copy).size }));
      return copy;
    });
  const one = captured(['x', 'x', 'x']);
  const found = await findLeaks(one);
  assert.deepEqual(plain(found), plain(await together(one)));
  assert.match(found.comparison.reason, /^the captures share one id space, and of /);
  const others = captured(['x', 'y', 'x']);
  assert.equal(await inTurn(others), undefined, 'two id spaces are compared by structure');
  assert.equal((await findLeaks(others, { order: 'given' })).comparison.ids, false);
});

test('files that cannot be counted in turn are opened all together, and the answer or the error is of those', async () => {
  const [a, b, c] = files;
  assert.equal(await inTurn([a, b]), undefined, 'two stay in memory anyway');
  assert.equal(await inTurn([a, b, c], { parity: 'devtools' }), undefined);
  assert.equal(await inTurn([a, b, fs.readFileSync(c)]), undefined, 'bytes');
  assert.equal(await inTurn([a, b, other]), undefined, 'another process');
  const mixed = await findLeaks([a, b, other], { order: 'given', allow: ['unrelated'] });
  assert.equal(mixed.comparison.ids, false);
  assert.equal(await inTurn([a, b, b]), undefined, 'one snapshot twice');
  await assert.rejects(findLeaks([a, b, b]), { code: 'HEAPHOUND_ERR_SAME' });
  const bytes = fs.readFileSync(c);
  const damaged = path.join(root, 'damaged.heapsnapshot');
  // In the nodes, in the edges, and in the strings.
  for (const [share, code] of [
    [0.1, 'HEAPHOUND_ERR_TRUNCATED'],
    [0.6, 'HEAPHOUND_ERR_TRUNCATED'],
    [0.99, 'HEAPHOUND_ERR_TRUNCATED'],
  ]) {
    fs.writeFileSync(damaged, bytes.subarray(0, bytes.length * share));
    for (const given of [
      [a, b, damaged],
      [damaged, a, b],
    ]) {
      assert.equal(await inTurn(given), undefined);
      await assert.rejects(findLeaks(given), { code, file: damaged });
    }
  }
  await assert.rejects(findLeaks([a, b, path.join(root, 'none')]), { code: 'HEAPHOUND_ERR_IO' });
  await assert.rejects(findLeaks([a, b, c], { operations: [1, 2, 3] }), { code: 'HEAPHOUND_ERR_OPTION' });
});

test('a file that changes between its ids and the rest is not counted by the old ids', async () => {
  const changing = path.join(root, 'changing.heapsnapshot');
  fs.copyFileSync(files[1], changing);
  const change = () => {
    fs.copyFileSync(files[2], changing);
    return {};
  };
  assert.equal(await searchInTurn([files[0], changing, files[3]], {}, [], change), undefined);
  assert.notEqual(await searchInTurn([files[0], changing, files[3]], {}, [], () => ({})), undefined);
});

test('a search in turn stops when its signal fires', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const stop = () => {
    controller.abort(reason);
    return {};
  };
  await assert.rejects(searchInTurn(files, { signal: controller.signal }, [], stop), reason);
});

test('eight files take less memory in turn than together', () => {
  const main = JSON.stringify(path.join(__dirname, '..'));
  const peak = (options) => {
    // The highest that the kernel knows of a process begins with that of its parent: its own is in /proc.
    const program = `
      const peak = () => process.platform !== 'linux' ? process.resourceUsage().maxRSS :
        Number(/VmHWM:\\s+(\\d+)/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]);
      require(${main}).findLeaks(process.argv.slice(1), ${options}).then(({ leaks }) =>
        console.log(JSON.stringify({ leaks: leaks.length, peak: peak() * 1024 })));`;
    return JSON.parse(execFileSync(process.execPath, ['-e', program, ...files], { encoding: 'utf8' }));
  };
  const inTurn = peak('{}');
  const together = peak("{ order: 'given' }");
  assert.equal(inTurn.leaks, together.leaks);
  // Six of the eight snapshots are not there. One takes at least half of its file.
  const spared = 2 * fs.statSync(files[0]).size;
  assert.ok(inTurn.peak < together.peak - spared, `${inTurn.peak} bytes in turn, ${together.peak} together`);
});
