'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { findLeaks, openSnapshot } = require('..');
const { findLeaksAtWork } = require('../lib/compare/leaks');
const { AFTER, BEFORE, GOLDEN } = require('./helpers/golden');

test('findLeaks tells what grew and what holds it', async () => {
  const seen = new Set();
  const document = await findLeaks([BEFORE, AFTER], { onProgress: ({ snapshot }) => seen.add(snapshot) });
  assert.deepEqual(
    document.snapshots.map((info) => info.file),
    [BEFORE, AFTER],
  );
  const [leak] = document.leaks;
  assert.equal(leak.countGrowth.length, 1);
  assert.equal(leak.sizeGrowth.length, 1);
  assert.ok(leak.retainedGrowth > 0);
  assert.equal(typeof leak.fingerprint, 'string');
  assert.equal(typeof leak.container.edge, 'string');
  const after = await openSnapshot(AFTER);
  for (const { examples, retainingPath, container } of document.leaks) {
    for (const id of examples) await after.node(id);
    assert.ok(
      retainingPath.some((step) => step.id === container.id),
      'the path leads through the container',
    );
  }
  await after.close();
});

test('the answer about files is that about opened snapshots, the facts about the newest included', async () => {
  const [before, after] = [await openSnapshot(BEFORE), await openSnapshot(AFTER)];
  const { snapshots, ...expected } = await findLeaks([before, after]);
  const { snapshots: ofFiles, ...found } = await findLeaks([BEFORE, AFTER]);
  assert.deepEqual(found, expected);
  assert.equal(JSON.stringify(ofFiles[1]), JSON.stringify(snapshots[1]));
  assert.equal(typeof ofFiles[1].unreachableCount, 'number');
  await before.close();
  await after.close();
});

test('opened snapshots and sources can be mixed', async () => {
  const before = await openSnapshot(BEFORE);
  const after = await openSnapshot(AFTER);
  const expected = (await findLeaks([BEFORE, AFTER])).leaks;
  for (const list of [
    [before, after],
    [before, AFTER],
    [fs.readFileSync(BEFORE), after],
    [fs.createReadStream(BEFORE), AFTER],
  ]) {
    assert.deepEqual((await findLeaks(list)).leaks, expected);
  }
  assert.equal((await findLeaks([before, after], { limit: 0 })).leaks.length, 0);
  assert.equal(before.closed || after.closed, false);
  await before.close();
  await after.close();
});

test('nothing leaks between a snapshot and itself', async () => {
  assert.deepEqual((await findLeaks([AFTER, AFTER], { allow: ['same'] })).leaks, []);
});

test('findLeaks wants two snapshots', async () => {
  await assert.rejects(findLeaks([AFTER]), { code: 'HEAPHOUND_ERR_OPTION' });
  await assert.rejects(findLeaks(AFTER), { code: 'HEAPHOUND_ERR_OPTION' });
});

test('without ids the same leak is found', async () => {
  const [byIds, byStructure] = [
    await findLeaks([BEFORE, AFTER], { compareBy: 'ids' }),
    await findLeaks([BEFORE, AFTER], { compareBy: 'structure' }),
  ];
  assert.deepEqual([byIds.comparison.ids, byStructure.comparison.ids], [true, false]);
  const [expected, found] = [byIds.leaks[0], byStructure.leaks[0]];
  assert.equal(found.className, expected.className);
  assert.equal(found.fingerprint, expected.fingerprint);
  assert.deepEqual(found.location, expected.location);
  assert.deepEqual(found.container, expected.container);
  assert.deepEqual((await findLeaks([AFTER, AFTER, AFTER], { compareBy: 'structure', allow: ['same'] })).leaks, []);
});

test('the growth is divided by the number of operations, which the document has', async () => {
  const [
    {
      leaks: [leak],
    },
    {
      leaks: [plain],
    },
  ] = [await findLeaks([BEFORE, AFTER], { operations: 10 }), await findLeaks([BEFORE, AFTER])];
  assert.equal(leak.perOperation, leak.countGrowth[0] / 10);
  assert.equal(plain.perOperation, undefined);
  for (const operations of [0, 1.5, [], [1, 2], 'a']) {
    await assert.rejects(
      findLeaks([BEFORE, AFTER], { operations }),
      { code: 'HEAPHOUND_ERR_OPTION' },
      String(operations),
    );
  }
});

test('snapshots of two processes are compared by structure', async () => {
  const other = path.join(GOLDEN, 'n24-plain.heapsnapshot.gz');
  const { comparison } = await findLeaks([other, AFTER], { allow: ['unrelated'] });
  assert.equal(comparison.ids, false);
  assert.match(comparison.reason, /number objects differently/);
});

/**
 * Snapshots that a program takes of itself by `await snapshot()`.
 *
 * @param {string} program
 * @param {(files: string[]) => Promise<void>} look
 */
async function withSnapshots(program, look) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-program-'));
  const files = ['A', 'B', 'C'].map((name) => path.join(folder, `${name}.heapsnapshot`));
  const frame = `
    const files = process.argv.slice(1);
    const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
    const snapshot = async () => require('node:v8').writeHeapSnapshot(files.shift());
    (async () => { ${program} })().then(() => process.exit(0));
  `;
  try {
    execFileSync(process.execPath, ['-e', frame, ...files]);
    await look(files);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test('long intervals of unequal length are compared by the time', async () => {
  const program = `
    class Session { constructor(id) { this.id = id; } }
    const sessions = globalThis.sessions = new Map();
    for (const more of [20, 900, 300]) {
      for (let i = 0; i < more; i++) sessions.set(sessions.size, new Session(sessions.size));
      await snapshot();
    }
  `;
  await withSnapshots(program, async (files) => {
    const takenAfter = async (seconds, find = findLeaks) => {
      let time = 1_700_000_000;
      files.forEach((file, at) => {
        time += seconds[at - 1] ?? 0;
        fs.utimesSync(file, time, time);
      });
      return find(files);
    };
    const found = [['Session', [900, 300], 'high']];
    const told = ({ leaks }) =>
      leaks.map(({ className, countGrowth, confidence }) => [className, countGrowth, confidence]);
    assert.deepEqual(told(await takenAfter([3_600, 1_200])), found);
    // A service captures itself: it is at work all the time, however short that is.
    assert.deepEqual(told(await takenAfter([6, 2], findLeaksAtWork)), found);
    for (const [seconds, find] of [
      [[3_600, 3_600]],
      [[6, 2]],
      [[3_600, -60]],
      [[3_600, 0]],
      [[2, 2], findLeaksAtWork],
      [[3_600, 0], findLeaksAtWork],
    ]) {
      const { leaks, verdict, accounting } = await takenAfter(seconds, find);
      assert.deepEqual(leaks, [], `after ${seconds.join(' and ')} s it has slowed down`);
      // None of them went, so nobody knows whether they go on.
      assert.equal(verdict, 'unknown');
      const { classes } = accounting.lines.find(({ what }) => what === 'unexplained');
      assert.ok(classes.some(({ className }) => className === 'Session'));
    }
  });
});

test('what timers that start themselves anew hand on is a leak, the timers come and go', async () => {
  const program = `
    class Poll { constructor() { this.turns = 0; } }
    function poll() {
      const state = new Poll();
      const again = (turn) => {
        state.turns = turn;
        setTimeout(() => again(turn + 1), 20);
      };
      again(0);
    }
    for (const more of [20, 95, 140]) {
      for (let i = 0; i < more; i++) poll();
      await sleep(200);
      await snapshot();
    }
  `;
  await withSnapshots(program, async (files) => {
    const { leaks, oneOff } = await findLeaks(files, { compareBy: 'ids' });
    assert.deepEqual(
      leaks.map(({ className, countGrowth, kind }) => [className, countGrowth, kind]),
      [['Poll', [95, 140], 'timers']],
    );
    assert.ok(oneOff.some(({ className, why }) => className === 'Timeout' && why === 'passing'));
  });
});

test('behind a promise of Node.js the function that waits is named, and a class of the program called Timeout is no timer', async () => {
  const program = `
    const { on, EventEmitter } = require('node:events');
    class Timeout extends Error { name = 'Timeout'; }
    class Job { constructor(id) { this.id = id; } }
    const errors = globalThis.errors = [];
    const bus = globalThis.bus = new EventEmitter();
    bus.setMaxListeners(0);
    const work = async (id) => { const job = new Job(id); await sleep(86_400_000); return job; };
    const follow = async () => { for await (const event of on(bus, 'news')) errors.push(event); };
    for (const more of [20, 101, 101]) {
      for (let i = 0; i < more; i++) {
        work(i);
        follow();
        errors.push(new Timeout('late'));
      }
      await snapshot();
    }
  `;
  await withSnapshots(program, async (files) => {
    const { leaks } = await findLeaks(files);
    const told = leaks.map(({ kind, className, detail }) => [kind, className, detail?.function]).sort();
    assert.deepEqual(
      told.map(([kind, , name]) => [kind, name]),
      [
        ['event-listeners', 'follow'],
        ['globals', undefined],
        ['timers', 'work'],
      ],
    );
    assert.equal(told[1][1], 'Timeout');
    for (const leak of leaks) if (leak.kind !== 'globals') assert.match(leak.detail.location.file, /eval/);
  });
});

test('the lists that one object of a package keeps are one leak, and slots without an object in them are none', async () => {
  const program = `
    const { Module } = require('node:module');
    const file = '/app/node_modules/spy/index.js';
    const spy = new Module(file);
    spy._compile(\`
      class Spy {
        calls = [];
        results = [];
        times = [];
        call(value) {
          this.calls.push(value);
          this.results.push({ value: null });
          this.times.push(this.times.length);
        }
      }
      exports.Spy = Spy;
    \`, file);
    class Mail { constructor(id) { this.id = id; } }
    class Own { sent = []; answers = []; sizes = []; }
    const send = globalThis.send = new spy.exports.Spy();
    const own = globalThis.own = new Own();
    for (const more of [20, 101, 101]) {
      for (let i = 0; i < more; i++) {
        if (IS_OWN) {
          own.sent.push(new Mail(i));
          own.answers.push({ to: i });
          own.sizes.push(i);
        } else send.call(new Mail(i));
      }
      await snapshot();
    }
  `;
  const told = ({ leaks }) => leaks.map(({ className, container }) => `${className} in ${container.edge}`).sort();
  await withSnapshots(program.replace('IS_OWN', 'false'), async (files) =>
    assert.deepEqual(told(await findLeaks(files)), ['Mail in calls']),
  );
  const own = program.replace('IS_OWN', 'true');
  await withSnapshots(own, async (files) =>
    assert.deepEqual(told(await findLeaks(files)), ['Array in sizes', 'Mail in sent', 'Object in answers']),
  );
});

test('a class that grows by the same is a leak though no place grows at every step, and not when it moves or is replaced', async () => {
  const program = `
    class Task { constructor(id) { this.id = id; } }
    const places = [[], [], []];
    let [first, second, third] = places;
    globalThis.keep = () => [first, second, third];
    places.length = 0;
    let id = 0;
    const add = (list, count) => { for (let i = 0; i < count; i++) list.push(new Task(id++)); };
    add(first, 20); add(second, 20); add(third, 20);
    for (const turn of [0, 1, 2]) {
      STEP
      await snapshot();
    }
  `;
  const told = ({ leaks }) =>
    leaks.map(({ className, countGrowth, container }) => `${className} ${countGrowth} in ${container.edge}`);
  const steps = [
    [
      'if (turn === 0) add(first, 9); if (turn === 1) { add(second, 4); add(first, 3); } if (turn === 2) add(third, 7);',
      ['Task 7,7 in third'],
    ],
    ['third.push(...[first, second][turn % 2].splice(0, 7));', []],
    ['add(turn === 1 ? first : second, 7); third.splice(0, 7);', []],
  ];
  for (const [step, expected] of steps) {
    await withSnapshots(program.replace('STEP', step), async (files) =>
      assert.deepEqual(told(await findLeaks(files)), expected, step),
    );
  }
});

test('a few functions in a Map of the program are a leak, and its variable has the name of the function whose scope it is in, whatever else that has', async () => {
  const program = `
    function createCache(limit) {
      let hits = 0;
      const templates = new Map();
      return (text) => { hits += 1; if (hits > limit) templates.set(hits, new Function('name', 'return ' + JSON.stringify(text) + ' + name')); };
    }
    const compile = globalThis.compile = createCache(0);
    for (const turn of [0, 1, 2]) {
      for (let i = 0; i < 7; i++) compile('hello');
      await snapshot();
    }
  `;
  await withSnapshots(program, async (files) => {
    const {
      leaks: [leak, ...others],
    } = await findLeaks(files);
    assert.deepEqual([leak.countGrowth, leak.container.name, others], [[7, 7], 'Map', []]);
    assert.equal(
      leak.retainingPath.find(({ id }) => id === leak.container.id).reference,
      'variable templates in createCache()',
    );
  });
});

test('of a class that grows in two places far from each other the one that gained last is named, not what leads to half the program', async () => {
  const program = `
    class Task { constructor(id) { this.id = id; } }
    globalThis.left = { a: { b: { c: { d: { tasks: [] } } } } };
    globalThis.right = { a: { b: { c: { d: { waiting: [] } } } } };
    const add = (list, count) => { for (let i = 0; i < count; i++) list.push(new Task(i)); };
    for (const list of [left.a.b.c.d.tasks, right.a.b.c.d.waiting, left.a.b.c.d.tasks]) {
      add(list, 7);
      await snapshot();
    }
  `;
  await withSnapshots(program, async (files) => {
    const told = (await findLeaks(files)).leaks.map(
      ({ className, countGrowth, container }) => `${className} ${countGrowth} in ${container.edge}`,
    );
    assert.deepEqual(told, ['Task 7,7 in tasks']);
  });
});
