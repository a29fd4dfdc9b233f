'use strict';

// In which order snapshots are compared, and which are not compared at all: the same rule below findLeaks,
// diffSnapshots and the command line.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const zlib = require('node:zlib');
const {
  captureAndOpen,
  createService,
  diffSnapshots,
  findLeaks,
  openSnapshot,
  openStore,
  redactSnapshot,
} = require('..');
const { takenOrder } = require('../lib/compare/taken-order');

const MAIN = path.join(__dirname, '..', 'cli', 'main.js');
const FIXTURES = path.join(__dirname, 'fixtures', 'sequence');
/** Of Hermes: a program whose Array gains some 200 Sessions from one to the next. */
const SESSIONS = [1, 2, 3].map((number) => path.join(FIXTURES, `sessions-${number}.heapsnapshot.gz`));
const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

let root;
before(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-sequence-'));
});
after(() => fs.rmSync(root, { recursive: true, force: true }));

/** An empty directory. @param {string} name */
function folder(name) {
  const made = path.join(root, name);
  fs.mkdirSync(made, { recursive: true });
  return made;
}

const told = ({ leaks }) => leaks.map(({ className, countGrowth }) => [className, countGrowth]);
const heaphound = (...args) =>
  spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { ...process.env, GITHUB_ACTIONS: '', FORCE_COLOR: undefined, NO_COLOR: '1' },
  });
const pick = (list, order) => order.map((at) => list[at]);

/**
 * Copies of the three, in which ids say nothing, since each has an id space of its own.
 *
 * @param {string} name of the directory
 * @param {string[]} names of the files
 * @param {{ startedAt?: string[], mtimes?: number[], more?: object[] }} about `startedAt`: in the sidecars; `mtimes`:
 *   seconds
 */
function copies(name, names, { startedAt, mtimes, more = [] } = {}) {
  const directory = folder(name);
  return names.map((file, at) => {
    const copy = path.join(directory, file);
    fs.copyFileSync(SESSIONS[at], copy);
    fs.writeFileSync(
      `${copy}.json`,
      JSON.stringify({ idSpace: `space ${at}`, startedAt: startedAt?.[at], ...more[at] }),
    );
    const time = mtimes?.[at] ?? 1_700_000_000;
    fs.utimesSync(copy, time, time);
    return copy;
  });
}

describe('the order in which snapshots were taken', () => {
  it('is that of the highest ids, however they are given, and the document says so', async () => {
    const expected = told(await findLeaks(SESSIONS));
    assert.deepEqual(expected[0], ['Session', [199, 200]]);
    for (const order of ORDERS) {
      const document = await findLeaks(pick(SESSIONS, order));
      assert.deepEqual(told(document), expected, String(order));
      assert.deepEqual(
        document.snapshots.map(({ file }) => file),
        SESSIONS,
      );
      assert.deepEqual(pick(order, document.order.given), [0, 1, 2]);
      assert.deepEqual(
        [document.order.sorted, document.order.by, document.order.known],
        [String(order) !== '0,1,2', 'ids', true],
      );
    }
    const given = await findLeaks(pick(SESSIONS, [2, 1, 0]), { order: 'given' });
    assert.deepEqual(
      [told(given), given.order.sorted, given.order.by, given.order.contradictedBy],
      [[], false, 'given', 'ids'],
    );
    assert.equal((await findLeaks(SESSIONS, { order: 'given' })).order.contradictedBy, undefined);
    for (const command of [['leaks'], ['diff'], ['leaks', '--markdown']]) {
      const files = pick(SESSIONS, command[0] === 'diff' ? [2, 0] : [2, 1, 0]);
      const { stdout } = heaphound(...command, ...files, '--order', 'given');
      assert.match(
        stdout.replaceAll(/\s+/g, ' '),
        /Not in the order in which they were taken: .* another is known.* growth is missing here/,
        String(command),
      );
    }
  });

  it('holds for opened snapshots, bytes and streams', async () => {
    const [one, two, three] = SESSIONS;
    const opened = await openSnapshot(three);
    const document = await findLeaks([opened, fs.readFileSync(one), fs.createReadStream(two)]);
    assert.deepEqual(told(document)[0], ['Session', [199, 200]]);
    const { info } = opened;
    assert.equal(info.unreachableCount >= 0 && !opened.closed, true, 'what was opened elsewhere stays open');
    await opened.close();
  });

  it('is used by a diff, too', async () => {
    const [right, turned] = [
      await diffSnapshots(SESSIONS[0], SESSIONS[2]),
      await diffSnapshots(SESSIONS[2], SESSIONS[0]),
    ];
    assert.deepEqual(turned.classes, right.classes);
    assert.deepEqual([turned.order.sorted, turned.before.file, turned.after.file], [true, SESSIONS[0], SESSIONS[2]]);
    const given = await diffSnapshots(SESSIONS[2], SESSIONS[0], { order: 'given' });
    assert.ok(given.class('Session').removedCount > 0);
  });

  it('is that of the captures where ids are not comparable', async () => {
    const startedAt = ['2026-03-01T10:00:00.000Z', '2026-03-01T11:00:00.000Z', '2026-03-01T12:00:00.000Z'];
    const files = copies(
      'captured',
      ['x', 'b', 'm'].map((name) => `${name}.heapsnapshot.gz`),
      { startedAt },
    );
    for (const order of ORDERS) {
      const document = await findLeaks(pick(files, order));
      assert.deepEqual(told(document)[0], ['Session', [200, 200]], String(order));
      assert.deepEqual([document.comparison.ids, document.order.by, document.order.known], [false, 'time', true]);
      assert.equal(document.snapshots[0].takenAtFrom, 'capture');
    }
  });

  it('is that of the files when nothing else is known, in which a shell has 10 before 9', async () => {
    const files = copies(
      'written',
      ['8', '9', '10'].map((name) => `heap-${name}.heapsnapshot.gz`),
      { mtimes: [1_700_000_000, 1_700_000_060, 1_700_000_120] },
    );
    const document = await findLeaks(pick(files, [2, 0, 1]));
    assert.deepEqual(told(document)[0], ['Session', [200, 200]]);
    assert.deepEqual(
      [document.order.by, document.order.known, document.snapshots[0].takenAtFrom],
      ['time', true, 'file'],
    );
  });

  it('is that of the numbers in the names when the files were written in one moment, with a doubt', async () => {
    const files = copies(
      'copied',
      ['8', '9', '10'].map((name) => `heap-${name}.heapsnapshot.gz`),
    );
    const document = await findLeaks(pick(files, [2, 0, 1]));
    assert.deepEqual(told(document)[0], ['Session', [200, 200]]);
    assert.deepEqual([document.order.by, document.order.known], ['names', false]);
    assert.match(
      heaphound('leaks', ...pick(files, [2, 0, 1])).stdout,
      /If they\s+were taken in another order, nothing here holds/,
    );
  });

  it('is not guessed', async () => {
    const files = copies(
      'unknown',
      ['first', 'second', 'last'].map((name) => `${name}.heapsnapshot.gz`),
    );
    const document = await findLeaks(files);
    assert.deepEqual([document.order.by, document.order.known, document.order.sorted], ['given', false, false]);
    assert.match(
      heaphound('leaks', ...files).stdout,
      /The order in which they were taken is not known; taken as given: first/,
    );
    assert.match(heaphound('diff', files[0], files[2]).stdout, /The order in which they were taken is not known/);
    assert.match(heaphound('leaks', ...files, '--markdown').stdout, /The order in which they were taken is not known/);
  });

  it('is asked of ids, times and names, in this order', () => {
    const hour = (/** @type {number} */ at) => `2026-03-01T${String(at).padStart(2, '0')}:00:00.000Z`;
    const check = (
      /** @type {any[]} */ snapshots,
      /** @type {number[] | null} */ byIds,
      /** @type {any[]} */ expected,
    ) => {
      const { given, by, known } = takenOrder(snapshots, byIds);
      assert.deepEqual([given, by, known], expected, JSON.stringify(snapshots));
    };
    const captured = (/** @type {number} */ at) => ({ takenAt: hour(at), takenAtFrom: 'capture' });
    const written = (/** @type {number} */ at, /** @type {string} */ file) => ({
      takenAt: hour(at),
      takenAtFrom: 'file',
      file,
    });
    const named = (/** @type {string} */ count) => ({
      takenAt: hour(1),
      takenAtFrom: 'name',
      file: `Heap.20260301.010000.7.0.${count}.heapsnapshot`,
    });
    check([captured(1), captured(2)], [0, 1], [[0, 1], 'ids', true]);
    check([captured(2), named('009')], [0, 1], [[0, 1], 'ids', true]);
    // A clock was set back, or ids go on from one capture in two directions.
    check([captured(2), captured(1)], [0, 1], [[0, 1], 'ids', false]);
    check([captured(2), captured(1)], null, [[1, 0], 'time', true]);
    check([captured(1), captured(1)], null, [[0, 1], 'given', false]);
    check([captured(1), {}], null, [[0, 1], 'given', false]);
    check([written(2, 'x/a.heapsnapshot'), written(1, 'y/b.heapsnapshot')], null, [[0, 1], 'given', false]);
    check([written(2, 'x/b.heapsnapshot'), written(1, 'y/a.heapsnapshot')], null, [[1, 0], 'time', true]);
    check([written(2, 'load.heapsnapshot'), written(1, 'start.heapsnapshot')], null, [[1, 0], 'time', true]);
    check([written(1, 'b.heapsnapshot'), written(1, 'a.heapsnapshot')], null, [[1, 0], 'names', false]);
    check([written(1, 'pid7-run2.heapsnapshot'), written(1, 'pid8-run1.heapsnapshot')], null, [[0, 1], 'given', false]);
    // Node.js counts within a second.
    check([named('010'), named('009')], null, [[1, 0], 'time', true]);
  });

  it('is not taken from copies, whose files are written in the order of their names', () => {
    const check = (/** @type {any[]} */ snapshots, /** @type {any[]} */ expected) => {
      const { given, by, known } = takenOrder(snapshots, null);
      assert.deepEqual([given, by, known], expected, JSON.stringify(snapshots));
    };
    const taken = (/** @type {number} */ second, /** @type {string} */ from, /** @type {string} */ name) => {
      return { takenAt: `2026-03-01T10:00:${second}.000Z`, takenAtFrom: from, file: `/tmp/${name}.heapsnapshot` };
    };
    // A copy of a folder: `after` was written before `before`.
    const [later, earlier] = [taken(10, 'file', 'after'), taken(20, 'file', 'before')];
    check([later, earlier], [[0, 1], 'given', false]);
    check([earlier, later], [[0, 1], 'given', false]);
    check([taken(20, 'file', 'after'), taken(10, 'file', 'before')], [[1, 0], 'time', true]);
    // One has lost its sidecar: when it was copied says nothing beside the captures of the others.
    check([taken(30, 'file', 'mid'), taken(20, 'capture', 'now')], [[0, 1], 'given', false]);
    // Node.js writes the local time of wherever that was into the name.
    const ofNode = taken(30, 'name', 'Heap.20260301.100030.7.0.001');
    check([ofNode, taken(20, 'capture', 'now')], [[1, 0], 'time', false]);
    const longAgo = { ...taken(20, 'capture', 'now'), takenAt: '2026-02-01T10:00:00.000Z' };
    check([ofNode, longAgo], [[1, 0], 'time', true]);
  });
});

describe('the same snapshot twice', () => {
  const [file] = SESSIONS;
  const same = { code: 'HEAPHOUND_ERR_SAME' };

  it('is refused under one name, two names, two compressions, redacted and opened', async () => {
    const directory = folder('same');
    const [copy, plain, redacted] = ['copy.heapsnapshot.gz', 'plain.heapsnapshot', 'redacted.heapsnapshot.zst'].map(
      (name) => path.join(directory, name),
    );
    fs.copyFileSync(file, copy);
    fs.writeFileSync(plain, zlib.gunzipSync(fs.readFileSync(file)));
    await redactSnapshot(file, redacted);
    const opened = await openSnapshot(file);
    for (const other of [file, copy, plain, redacted, opened, fs.readFileSync(file)]) {
      await assert.rejects(findLeaks([file, SESSIONS[1], other]), same, String(other).slice(0, 60));
      await assert.rejects(diffSnapshots(other, file), same);
    }
    await assert.rejects(findLeaks([opened, opened]), same);
    await opened.close();
    const { status, stdout, stderr } = heaphound('leaks', file, copy, file);
    assert.deepEqual([status, stdout], [3, '']);
    assert.match(stderr, /^error HEAPHOUND_ERR_SAME: .*copy\.heapsnapshot\.gz are the same snapshot.*--allow same/);
  });

  it('is compared when it is meant', async () => {
    assert.deepEqual((await diffSnapshots(file, file, { allow: ['same'] })).classes, []);
    const { stdout } = heaphound('leaks', file, file, '--allow', 'same');
    assert.match(stdout, /^No leak/);
    assert.match(stdout, /^sessions-1\.heapsnapshot\.gz was given twice: nothing can grow between\s+the\s+two\./m);
    const copy = path.join(folder('copy'), 'copy.heapsnapshot.gz');
    fs.copyFileSync(file, copy);
    const { order } = await findLeaks([SESSIONS[1], file, copy], { allow: ['same'] });
    assert.deepEqual(
      [order.given, order.same],
      [
        [1, 2, 0],
        [0, 1],
      ],
    );
    assert.equal('same' in (await findLeaks(SESSIONS, { allow: ['same'] })).order, false);
    const diff = heaphound('diff', file, copy, '--allow', 'same').stdout;
    assert.match(diff, /^sessions-1\S+ and copy\S+ are the same\s+snapshot: nothing can grow between\s+the\s+two\./m);
    await assert.rejects(findLeaks(SESSIONS, { allow: ['all'] }), { code: 'HEAPHOUND_ERR_OPTION' });
    await assert.rejects(findLeaks(SESSIONS, { order: 'names' }), { code: 'HEAPHOUND_ERR_OPTION' });
  });
});

/**
 * A program with functions of its own, that takes snapshots of itself.
 *
 * @param {string} directory
 * @param {string} name
 * @param {string} className
 */
function program(directory, name, className) {
  const script = path.join(directory, name);
  fs.writeFileSync(
    script,
    `
    class ${className} { constructor(id) { this.id = id; this.text = '${className} ' + id; } }
    const kept${className}s = [];
    const keep${className} = (count) => { for (let i = 0; i < count; i++) kept${className}s.push(new ${className}(i)); };
    globalThis.api = { keep${className}, kept${className}s };
    const counts = process.argv[2].split(',').map(Number);
    for (const [at, file] of process.argv.slice(3).entries()) { keep${className}(counts[at]); require('node:v8').writeHeapSnapshot(file); }
  `,
  );
  return script;
}

/** @param {string} script @param {string} counts @param {string[]} files @param {string} [node] */
function run(script, counts, files, node = process.execPath) {
  execFileSync(node, [script, counts, ...files]);
  return files;
}

describe('snapshots of different programs', () => {
  let shop;
  let mail;
  let directory;
  before(() => {
    directory = folder('programs');
    [shop, mail] = [program(directory, 'shop.js', 'Visit'), program(directory, 'mail.js', 'Letter')];
  });
  const file = (/** @type {string} */ name) => path.join(directory, `${name}.heapsnapshot`);

  it('are refused, and compared when it is meant', async () => {
    const [one, two] = run(shop, '200,300', [file('shop-1'), file('shop-2')]);
    const [other] = run(mail, '200', [file('mail-1')]);
    const unrelated = { code: 'HEAPHOUND_ERR_UNRELATED', message: /mail\.js/ };
    for (const list of [
      [one, other],
      [other, one],
      [one, two, other],
      [one, other, two],
    ])
      await assert.rejects(findLeaks(list), unrelated);
    await assert.rejects(diffSnapshots(other, two), unrelated);
    const opened = await openSnapshot(other);
    await assert.rejects(findLeaks([one, opened]), unrelated);
    await opened.close();
    assert.equal((await findLeaks([one, other], { allow: ['unrelated'] })).comparison.ids, false);
    const { status, stderr } = heaphound('diff', one, other);
    assert.equal(status, 3);
    assert.match(stderr, /^error HEAPHOUND_ERR_UNRELATED: .*--allow unrelated/);
    assert.equal(heaphound('diff', one, other, '--allow', 'unrelated').status, 0);
    // Of another runtime, without scripts.
    await assert.rejects(findLeaks([one, SESSIONS[0]]), { code: 'HEAPHOUND_ERR_UNRELATED' });
  });

  it('are none where a program runs again, elsewhere, or as several', async () => {
    const [first] = run(shop, '200', [file('restart-1')]);
    const [second] = run(shop, '900', [file('restart-2')]);
    const moved = folder('programs/release-2');
    const [third] = run(program(moved, 'shop.js', 'Visit'), '1500', [path.join(moved, 'restart-3.heapsnapshot')]);
    const nodes = path.join(__dirname, 'nodes', 'node_modules');
    for (const line of fs.readdirSync(nodes).filter((name) => /^node\d+$/.test(name))) {
      const [other] = run(shop, '900', [file(line)], path.join(nodes, line, 'bin', 'node'));
      assert.equal((await diffSnapshots(first, other, { order: 'given' })).class('Visit').countDelta, 700, line);
    }
    const { leaks, comparison } = await findLeaks([first, second, third], { order: 'given' });
    assert.equal(comparison.ids, false);
    assert.ok(leaks.some(({ className, countGrowth }) => className === 'Visit' && String(countGrowth) === '700,600'));
  });

  it('are refused where several of one process stand among those of another', async () => {
    const more = [
      { pid: 7, threadId: 0 },
      { pid: 7, threadId: 0 },
      { pid: 9, threadId: 0 },
    ];
    const startedAt = ['2026-03-01T10:00:00.000Z', '2026-03-01T11:00:00.000Z', '2026-03-01T12:00:00.000Z'];
    const names = ['x', 'y', 'z'].map((name) => `${name}.heapsnapshot.gz`);
    await assert.rejects(findLeaks(copies('mixed', names, { startedAt, more })), {
      code: 'HEAPHOUND_ERR_UNRELATED',
      message: /process 7 and of process 9/,
    });
    // Replicas have one each.
    const replicas = copies('replicas', names, {
      startedAt,
      more: [
        { pid: 7, threadId: 0 },
        { pid: 8, threadId: 0 },
        { pid: 9, threadId: 0 },
      ],
    });
    assert.deepEqual(told(await findLeaks(replicas))[0], ['Session', [200, 200]]);
  });

  it('are refused where one of them does not say its process, and beside a worker of the same process', async () => {
    const startedAt = [10, 11, 12].map((hour) => `2026-03-01T${hour}:00:00.000Z`);
    const names = ['x', 'y', 'z'].map((name) => `${name}.heapsnapshot.gz`);
    const check = (/** @type {string} */ name, /** @type {object[]} */ more) => {
      const files = copies(name, names, { startedAt, more }).slice(0, more.length);
      return findLeaks([...files, ...(more.length < 3 ? [] : [fs.readFileSync(SESSIONS[0])])], { allow: ['same'] });
    };
    const main = { pid: 7, threadId: 0 };
    const refused = (/** @type {RegExp} */ message) => ({ code: 'HEAPHOUND_ERR_UNRELATED', message });
    await assert.rejects(check('silent', [main, main, { pid: 9, threadId: 0 }]), refused(/process 7 and of process 9/));
    await assert.rejects(
      check('threads', [main, { pid: 7, threadId: 1 }]),
      refused(/process 7 and of process 7, worker 1/),
    );
    // Workers of a pool are replicas.
    assert.equal(
      (
        await check('pool', [
          { pid: 7, threadId: 1 },
          { pid: 7, threadId: 2 },
        ])
      ).verdict,
      'leak',
    );
  });
});

describe('a capture from outside among forked ones', () => {
  it('is compared by structure though V8 names the global object in another way there', async () => {
    const golden = ['before', 'after'].map((name) =>
      path.join(__dirname, 'fixtures', 'golden', `growth-${name}.heapsnapshot.gz`),
    );
    const directory = folder('outside');
    const named = golden.map((file, at) => {
      const text = zlib.gunzipSync(fs.readFileSync(file)).toString('latin1');
      const copy = path.join(directory, `${at}.heapsnapshot`);
      // With an inspector attached it has a tag: `global / `.
      fs.writeFileSync(copy, at === 1 ? text.replaceAll('\n"global"', '\n"global / "') : text, 'latin1');
      assert.equal(fs.readFileSync(copy, 'latin1').includes('"global / "'), at === 1);
      return copy;
    });
    const [expected, found] = [
      await findLeaks(golden, { compareBy: 'structure' }),
      await findLeaks(named, { compareBy: 'structure' }),
    ];
    assert.ok(expected.leaks.length > 0);
    assert.deepEqual(told(found), told(expected));
  });
});

describe('the id space of a sidecar', () => {
  it('is not believed when the ids name other objects', async () => {
    const directory = folder('spaces');
    const shop = program(directory, 'shop.js', 'Visit');
    const files = [200, 900, 1500].map(
      (count, at) => run(shop, String(count), [path.join(directory, `${at}.heapsnapshot`)])[0],
    );
    files.forEach((file, at) =>
      fs.writeFileSync(`${file}.json`, JSON.stringify({ idSpace: 'one', startedAt: `2026-03-01T1${at}:00:00.000Z` })),
    );
    const { leaks, comparison } = await findLeaks(files);
    assert.equal(comparison.ids, false);
    assert.match(
      comparison.reason,
      /^one id space is written beside them, but the snapshots number objects differently/,
    );
    assert.ok(leaks.some(({ className }) => className === 'Visit'));
    const diff = await diffSnapshots(files[0], files[2]);
    assert.deepEqual([diff.comparison.ids, diff.class('Visit').countDelta], [false, 1300]);
  });
});

describe('a directory', () => {
  it('means its snapshots, in their order', async () => {
    const directory = folder('directory');
    // A shell's order is 10, 8, 9.
    SESSIONS.forEach((file, at) => fs.copyFileSync(file, path.join(directory, `heap-${8 + at}.heapsnapshot.gz`)));
    fs.writeFileSync(path.join(directory, 'notes.txt'), 'no snapshot');
    fs.mkdirSync(path.join(directory, 'older.heapsnapshot'));
    const document = await findLeaks([directory]);
    assert.deepEqual([told(document)[0], document.snapshots.length], [['Session', [199, 200]], 3]);
    const diff = await diffSnapshots(directory);
    assert.deepEqual(
      [diff.before.file, diff.after.file].map((file) => path.basename(file)),
      ['heap-8.heapsnapshot.gz', 'heap-10.heapsnapshot.gz'],
    );
    assert.match(heaphound('leaks', directory).stdout, /^Session/m);
    assert.equal(heaphound('diff', directory).status, 0);
    await assert.rejects(diffSnapshots(directory, SESSIONS[0]), { code: 'HEAPHOUND_ERR_OPTION' });
  });

  it('has none that is left out in silence', async () => {
    for (const name of ['c.heapsnapshot.xz', 'c.heapsnapshot.tar.gz', 'C.HEAPSNAPSHOT', 'c.heapsnapshot.bz2']) {
      const directory = folder(`left-out-${name}`);
      SESSIONS.slice(0, 2).forEach((file, at) => fs.copyFileSync(file, path.join(directory, `${at}.heapsnapshot.gz`)));
      fs.writeFileSync(path.join(directory, name), 'no snapshot');
      await assert.rejects(findLeaks([directory]), (error) => path.basename(error.file) === name, name);
    }
  });

  it('is refused without two', async () => {
    const directory = folder('empty');
    await assert.rejects(findLeaks([directory]), { code: 'HEAPHOUND_ERR_IO', message: /directory without a snapshot/ });
    fs.copyFileSync(SESSIONS[0], path.join(directory, 'a.heapsnapshot.gz'));
    await assert.rejects(findLeaks([directory]), {
      code: 'HEAPHOUND_ERR_OPTION',
      message: /has one snapshot, a\.heapsnapshot\.gz/,
    });
  });
});

it('a capture without a file says when it was taken, and of what', async () => {
  const snapshot = await captureAndOpen();
  const { takenAtFrom, pid, threadId, runtime } = snapshot.info;
  await snapshot.close();
  assert.deepEqual([takenAtFrom, pid, threadId, runtime], ['capture', process.pid, 0, 'Node.js']);
});

it('objects of a bucket are found by the names of today and of before, and list by time', () => {
  const { parseKey, snapshotKey } = require('../lib/store/object-key');
  const id = '0123456789abcdef0123456789abcdef';
  const [early, late] = ['2026-03-01T09:00:00.000Z', '2026-03-01T10:00:00.000Z'].map((time) =>
    snapshotKey('heaphound/shop', { id }, false, new Date(time)),
  );
  assert.ok(early < late, 'also of hosts that have other names');
  assert.deepEqual(parseKey(late), { time: '20260301T100000000Z', id, kind: 'snapshot' });
  assert.deepEqual(parseKey(`heaphound/shop/2026/03/01/web-1-7-0-20260301T100000000Z-${id}.heapsnapshot.zst`), {
    time: '20260301T100000000Z',
    id,
    kind: 'snapshot',
  });
  const image = snapshotKey('heaphound/shop', { id, kind: 'image' }, true, new Date('2026-03-01T10:00:00.000Z'));
  assert.deepEqual(parseKey(image), { time: '20260301T100000000Z', id, kind: 'image' });
  assert.equal(parseKey(`heaphound/shop/2026/03/01/${id}.heapsnapshot.zst`), undefined);
});

describe('a service', () => {
  it('sorts by what its store knows, and refuses what is one snapshot or of another program', async () => {
    const store = await openStore({ dir: path.join(root, 'store') });
    const service = createService({ store });
    /** @param {string} file @param {number} hour */
    const put = async (file, hour) => {
      const { id } = await store.capture(async ({ path: target }) => {
        fs.copyFileSync(file, target);
        const startedAt = `2026-03-01T0${hour}:00:00.000Z`;
        return {
          path: target,
          storedBytes: fs.statSync(file).size,
          sha256: '',
          idSpace: String(hour),
          pid: hour,
          threadId: 0,
          startedAt,
        };
      });
      return id;
    };
    // Stored in another order than taken.
    const [third, first, second] = [await put(SESSIONS[2], 3), await put(SESSIONS[0], 1), await put(SESSIONS[1], 2)];
    const document = await service.leaks([third, second, first]).done;
    assert.deepEqual(
      [told(document)[0], document.order.by, document.order.known],
      [['Session', [200, 200]], 'time', true],
    );
    const diff = await service.diff([third, first]).done;
    assert.ok(diff.classes.some(({ name, countDelta }) => name === 'Session' && countDelta === 400));
    const copy = await put(SESSIONS[0], 4);
    await assert.rejects(service.leaks([first, second, copy]).done, { code: 'HEAPHOUND_ERR_SAME' });
    assert.deepEqual((await service.diff([first, copy], { allow: ['same'] }).done).classes, []);
    const bun = await put(path.join(__dirname, 'fixtures', 'corpus', 'bun-1.4.5-v8.heapsnapshot.gz'), 5);
    await assert.rejects(service.leaks([first, bun]).done, { code: 'HEAPHOUND_ERR_UNRELATED' });
    await service.close();
    await store.close();
  });
});
