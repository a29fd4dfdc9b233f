'use strict';

// `verifyFix` and `heaphound verify` over snapshots of real programs, before a fix and after it.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { findLeaks, openSnapshot, verifyFix } = require('..');
const { tellVerified } = require('../cli/leaks/verified');
const { describeTerminal } = require('../cli/terminal');
const { heaphound } = require('./helpers/command-line');
const { RUN } = require('./helpers/leak-case');

const SHOP = path.join(__dirname, 'fixtures', 'session-shop.js');
/** A program of 250 functions, whose objects have no class of their own. */
const WIDE = `
const fs = require('node:fs');
const v8 = require('node:v8');
const [folder, variant] = process.argv.slice(2);
const rows = [];
const steps = [${Array.from({ length: 250 }, (_, at) => `function step${at}(row) { row.at = ${at}; }`).join(', ')}];
function work() {
  const row = { at: 0, text: 'row ' + rows.length };
  for (const step of steps) step(row);
  if (variant === 'leak') rows.push(row);
}
fs.mkdirSync(folder);
for (const name of ['A', 'B', 'C']) {
  for (let turn = 0; turn < 101; turn++) work();
  v8.writeHeapSnapshot(folder + '/' + name + '.heapsnapshot');
}
`;
const run = promisify(execFile);

let folder;
/** A series in a folder of its own, made once. */
const made = new Map();
const series = (name, program, ...args) => {
  if (!made.has(name)) made.set(name, run(process.execPath, [program, ...args]));
  return made.get(name).then(() => path.join(folder, name));
};
/** @param {string} variant of the shop @param {string} [name] of the series @param {...string} args of the program */
const shop = (variant, name = variant, ...args) => series(name, SHOP, variant, path.join(folder, name), ...args);
const example = (name, variant) =>
  series(`${name}-${variant}`, RUN, name, path.join(folder, `${name}-${variant}`), variant);
const verify = async (first, second, options) => verifyFix({ before: [await first], after: [await second] }, options);
const states = ({ leaks }) => leaks.map(({ state }) => state);

before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-verify-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('verifyFix', () => {
  it('says that a leak is gone, over a restart', async () => {
    const document = await verify(shop('leak'), shop('fixed'));
    assert.equal(document.verdict, 'gone');
    assert.deepEqual(document.doubts, []);
    assert.deepEqual(document.new, []);
    const [{ state, before: leak, after: left, rate, fingerprint }] = document.leaks;
    assert.deepEqual([state, leak.className, left], ['gone', 'Session', undefined]);
    assert.equal(fingerprint, leak.fingerprint);
    assert.deepEqual(rate, { of: 'objects', per: 'interval', before: 101, after: 0 });
    assert.deepEqual([document.before.verdict, document.after.verdict], ['leak', 'none']);
  });

  it('says that it is the same after a restart without a fix', async () => {
    const document = await verify(shop('leak'), shop('leak', 'leak-again'));
    assert.deepEqual([document.verdict, states(document)], ['left', ['same']]);
    assert.equal(document.leaks[0].after.fingerprint, document.leaks[0].fingerprint);
    assert.deepEqual(document.leaks[0].rate, { of: 'objects', per: 'interval', before: 101, after: 101 });
  });

  it('says that it is smaller after half a fix, and larger the other way around', async () => {
    const smaller = await verify(shop('leak'), shop('half'));
    assert.deepEqual([smaller.verdict, states(smaller)], ['left', ['smaller']]);
    assert.ok(Math.abs(smaller.leaks[0].rate.after - 50.5) < 1, JSON.stringify(smaller.leaks[0].rate));
    assert.deepEqual(states(await verify(shop('half'), shop('leak'))), ['larger']);
  });

  it('compares operations where it knows them: twice the work is no larger leak', async () => {
    const twice = shop('leak', 'leak-twice', '3', '2');
    assert.deepEqual(states(await verify(shop('leak'), twice)), ['larger']);
    const document = await verify(shop('leak'), twice, { operations: { before: 101, after: 202 } });
    assert.deepEqual(states(document), ['same']);
    assert.deepEqual(document.leaks[0].rate, { of: 'objects', per: 'operation', before: 1, after: 1 });
  });

  it('says that the same objects pile up elsewhere now', async () => {
    const document = await verify(shop('leak'), shop('moved'));
    assert.deepEqual([document.verdict, states(document), document.new], ['left', ['moved'], []]);
    const [{ after: left, fingerprint }] = document.leaks;
    assert.equal(left.className, 'Session');
    assert.notEqual(left.fingerprint, fingerprint);
  });

  it('names a leak that is new', async () => {
    const document = await verify(shop('leak'), shop('other'));
    assert.deepEqual([document.verdict, states(document)], ['left', ['gone']]);
    assert.deepEqual(
      document.new.map((leak) => leak.className),
      ['Basket'],
    );
  });

  it('cannot tell when the second program did not do the work', async () => {
    const document = await verify(shop('leak'), shop('idle'));
    assert.deepEqual([document.verdict, states(document)], ['unknown', ['unknown']]);
    assert.match(document.leaks[0].because, /has the class Session, and never made an object of it/);
    assert.equal(document.doubts.length, 1);
  });

  it('says so where a program has more functions than it looks at', async () => {
    const program = path.join(folder, 'wide.js');
    fs.writeFileSync(program, WIDE);
    const wide = (variant) => series(`wide-${variant}`, program, path.join(folder, `wide-${variant}`), variant);
    const document = await verify(wide('leak'), wide('fixed'));
    assert.equal(document.verdict, 'gone');
    assert.match(document.doubts.join(), /There are more than 200 functions in wide\.js, and no more were looked at/);
  });

  it('asks the functions of the program where the objects have no class of their own', async () => {
    const fixed = await verify(example('global-dictionary', 'leak'), example('global-dictionary', 'fixed'));
    assert.deepEqual([fixed.verdict, fixed.doubts], ['gone', []]);
    // Another program did other work: the same runner, and no page of this one.
    const other = await verify(example('growing-text', 'leak'), example('object-as-map', 'fixed'));
    assert.deepEqual([other.verdict, states(other)], ['unknown', ['unknown']]);
    assert.match(
      other.leaks[0].because,
      /functions of growing-text\.js that ran in the first series, 0 ran in the second/,
    );
  });

  it('cannot tell by two snapshots', async () => {
    const document = await verify(shop('leak'), shop('fixed', 'fixed-two', '2'));
    assert.deepEqual([document.verdict, states(document)], ['unknown', ['unknown']]);
    assert.match(document.doubts.join(), /the second series has 2 snapshots/i);
    // That a leak is there, two snapshots do show.
    assert.equal((await verify(shop('leak'), shop('leak', 'leak-two', '2'))).verdict, 'left');
  });

  it('cannot tell by snapshots whose order is not sure', async () => {
    const fixed = await shop('fixed');
    const backwards = ['c', 'b', 'a'].map((name) => path.join(fixed, `${name}.heapsnapshot`));
    const leak = await shop('leak');
    const document = await verifyFix({ before: [leak], after: backwards }, { order: 'given' });
    assert.equal(document.verdict, 'unknown');
    assert.match(document.doubts.join(), /order of the second series is not sure/);
  });

  it('has nothing to verify where the first series has no leak, or each is ignored', async () => {
    const none = await verify(shop('fixed'), shop('fixed', 'fixed-again'));
    assert.deepEqual([none.verdict, none.leaks], ['unknown', []]);
    assert.match(none.doubts.join(), /no leak: there is nothing to verify/);
    assert.equal((await verify(shop('leak'), shop('fixed'), { ignore: 'Session' })).verdict, 'unknown');
    assert.equal((await verify(shop('fixed'), shop('leak'))).verdict, 'left');
  });

  it('takes streams, bytes and opened snapshots, and leaves what is not its own open', async () => {
    const names = ['a', 'b', 'c'].map((name) => `${name}.heapsnapshot`);
    const [leak, fixed] = [await shop('leak'), await shop('fixed')];
    const opened = await Promise.all(names.map((name) => openSnapshot(path.join(fixed, name))));
    const streams = names.map((name) => fs.createReadStream(path.join(leak, name)));
    const document = await verifyFix({ before: streams, after: opened });
    assert.equal(document.verdict, 'gone');
    assert.deepEqual(
      opened.map(({ closed }) => closed),
      [false, false, false],
    );
    const bytes = names.map((name) => fs.readFileSync(path.join(fixed, name)));
    assert.equal((await verifyFix({ before: [leak], after: bytes }, { order: 'given' })).verdict, 'gone');
    await Promise.all(opened.map((snapshot) => snapshot.close()));
  });

  it('refuses options that it does not know, and series that are none', async () => {
    const code = 'HEAPHOUND_ERR_OPTION';
    const leak = await shop('leak');
    await assert.rejects(verifyFix(undefined), { code });
    await assert.rejects(verifyFix({ before: [leak] }), { code, message: /option after: must be an array/ });
    await assert.rejects(verifyFix({ before: [leak], after: [path.join(leak, 'a.heapsnapshot')] }), { code });
    await assert.rejects(verify(leak, leak, { limit: 3 }), { code, message: /limit/ });
    await assert.rejects(verify(leak, leak, { depth: 3 }), { code, message: /depth/ });
    await assert.rejects(verify(leak, leak, { operations: { before: 3 } }), { code });
    await assert.rejects(verify(leak, leak), { code: 'HEAPHOUND_ERR_SAME' });
    await assert.rejects(verify(leak, leak, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  });
});

describe('heaphound verify', () => {
  it('ends with 0, 1 and 4', async () => {
    const [leak, fixed, idle] = [await shop('leak'), await shop('fixed'), await shop('idle')];
    const names = ['a', 'b', 'c'].map((name) => path.join(fixed, `${name}.heapsnapshot`));
    const gone = await heaphound(['verify', '--before', leak, '--after', ...names]);
    assert.deepEqual([gone.code, gone.stderr], [0, '']);
    assert.match(
      gone.stdout,
      /^Gone: the leak of the first series\.\n\n {3}✓ gone {2}Session {2}101 → 0 objects an interval /,
    );
    const left = await heaphound(['verify', '--before', fixed, '--after', leak, '--no-color']);
    assert.equal(left.code, 1);
    assert.match(left.stdout, /^Not gone: 1 new/);
    assert.match(left.stdout, /\nSession piles up in SessionStore\.sessions/);
    const unknown = await heaphound(['verify', '--before', leak, '--after', idle]);
    assert.equal(unknown.code, 4);
    assert.match(
      unknown.stdout,
      /^Cannot tell: whether the leak of the first series is gone\.\n\n {3}\? unknown {2}Session/,
    );
    assert.match(unknown.stdout, /verify once\s+more\./);
  });

  it('prints JSON and Markdown of the same document', async () => {
    const [leak, half] = [await shop('leak'), await shop('half')];
    const json = await heaphound(['verify', '--before', leak, '--after', half, '--operations', '101', '--json']);
    assert.equal(json.code, 1);
    const document = JSON.parse(json.stdout);
    assert.deepEqual(Object.keys(document), ['verdict', 'leaks', 'new', 'before', 'after', 'doubts']);
    assert.equal(document.leaks[0].rate.per, 'operation');
    const { stdout } = await heaphound([
      'verify',
      '--before',
      leak,
      '--after',
      half,
      '--operations',
      '101',
      '--markdown',
    ]);
    assert.match(stdout, /^### Not gone: 1 left, of 1 leak of the first series\.\n/);
    assert.match(
      stdout,
      /^\| ✗ smaller \| `Session` \| 1 → 0\.5 objects an operation \| `SessionStore\.sessions`, a `Map` \|/m,
    );
  });

  it('fits 80 and 120 columns', async () => {
    const { leaks, ...document } = await verify(shop('leak'), shop('other'));
    const [row] = leaks;
    const long = { ...row, before: { ...row.before, className: 'Session'.repeat(40) } };
    for (const columns of [80, 120]) {
      const terminal = describeTerminal({ isTTY: true, columns }, { color: false });
      const lines = tellVerified({ ...document, leaks: [row, long] }, { files: ['x'], flags: [], limit: 1, terminal });
      const rows = lines.filter((line) => /^ {3}(✓|✗)/.test(line)).slice(0, 3);
      assert.equal(rows.length, 3);
      for (const line of rows) assert.ok(line.length <= columns, `${line.length}: ${line}`);
    }
  });

  it('wants both series', async () => {
    const leak = await shop('leak');
    for (const [args, message] of [
      [['--before', leak], /heaphound verify needs --after FILE/],
      [['--after', leak], /heaphound verify needs --before FILE/],
      [['--before', leak, '--after', path.join(leak, 'a.heapsnapshot')], /growth needs two snapshots or more/],
      [['--before', '--after', leak], /./],
      [[leak, '--before', leak, '--after', leak], /takes its files behind --before and --after/],
      [['--before', leak, '--after', '-', '-'], /can be read only once/],
    ]) {
      const { code, stdout, stderr } = await heaphound(['verify', ...args]);
      assert.equal(code, 2, `${args}: ${stderr}`);
      assert.equal(stdout, '');
      assert.match(stderr, message);
    }
  });

  it('names the file with the error', async () => {
    const leak = await shop('leak');
    const broken = path.join(folder, 'broken.heapsnapshot');
    fs.writeFileSync(broken, '{"snapshot":');
    const { code, stderr } = await heaphound(['verify', '--before', leak, '--after', broken, broken]);
    assert.equal(code, 3);
    assert.match(stderr, /^error HEAPHOUND_ERR_TRUNCATED: \S*broken\.heapsnapshot: /);
    assert.equal((await findLeaks([leak])).verdict, 'leak');
  });
});
