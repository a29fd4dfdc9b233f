'use strict';

const assert = require('node:assert/strict');
const { EventEmitter, once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const { Worker } = require('node:worker_threads');
const { readReport } = require('heaphound');
const { assertNoLeak, checkpoint } = require('heaphound/test');

const SESSIONS = path.join(__dirname, 'fixtures', 'scenarios', 'sessions.js');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-kept-'));
/** Of this test alone: others measure at the same time. */
const temporary = path.join(dir, 'tmp');
fs.mkdirSync(temporary);
process.env.TMPDIR = temporary;
after(() => fs.rmSync(dir, { recursive: true, force: true }));

class Ticket {
  constructor(number) {
    this.number = number;
  }
}
const tickets = new Map();
let issued = 0;

const leaking = async () => {
  issued += 1;
  tickets.set(issued, new Ticket(issued));
};
const fixed = async () => {
  tickets.set('last', new Ticket(issued));
};
const leftovers = () => fs.readdirSync(temporary);

/** Forgets the oldest entry once it is full. */
class RecentTickets {
  entries = new Map();
  constructor(limit) {
    this.limit = limit;
  }
  add(ticket) {
    this.entries.set(ticket.number, ticket);
    if (this.entries.size > this.limit) this.entries.delete(this.entries.keys().next().value);
  }
}

describe('assertNoLeak', () => {
  it('says how to tell a cache that is not full yet before anything else, and that passes', async () => {
    const filling = (recent) => () => {
      issued += 1;
      recent.add(new Ticket(issued));
    };
    const error = await assertNoLeak(filling(new RecentTickets(1000)), { dir }).then(
      () => assert.fail('nothing found'),
      (it) => it,
    );
    assert.match(
      error.message,
      /Is it a cache that is not full yet\? Then nothing leaks[^]*`warmup`[^]*small limit[^]*Fix, if it is none: [^]*ignore: \[/,
    );
    await assertNoLeak(filling(new RecentTickets(10)), { dir });
    await assertNoLeak(filling(new RecentTickets(100)), { dir, warmup: 11 });
  });

  it('names what leaks, by how much, what holds it and where the snapshots are', async () => {
    const before = leftovers();
    const error = await assertNoLeak(leaking, { dir, name: 'GET /tickets: it leaks' }).then(
      () => assert.fail('nothing found'),
      (it) => it,
    );
    assert.equal(error.code, 'HEAPHOUND_ERR_LEAK');
    assert.match(
      error.message,
      /^Ticket piles up in .*tickets.*, a Map: \+11 objects at every step \(1 for each operation\), \d+ B each/,
    );
    assert.match(error.message, /^ {2}Class: Ticket, __test__\/test-no-leak\.test\.js:\d+:\d+$/m);
    assert.match(error.message, /^ {2}Container: Map @\d+, .*test-no-leak\.test\.js:\d+:\d+$/m);
    assert.match(error.message, /<- grows here/);
    assert.match(error.message, /✗ Map entry → Ticket .*<- cut here/);
    assert.match(error.message, /Cut: Map entry of .*tickets.*, which holds Ticket/);
    assert.doesNotMatch(
      error.message,
      /[ /](lib|test)\/\w+\.js/,
      'the path from the roots to the measurement explains nothing',
    );
    assert.match(error.message, /Measured in this process/);
    const { runs, lookRounds } = error.report;
    // Two rounds to warm up, and two between the snapshots.
    assert.equal(runs, (2 + lookRounds + 2) * 11);
    const said = new RegExp(
      `: ${runs} runs, 2 x 11 to warm up, ${lookRounds} x 11 for the first look without snapshots`,
    );
    assert.match(error.message, said);
    assert.match(error.stack, /\n +at .*test-no-leak\.test\.js/, 'the stack leads to the test');
    assert.deepEqual(Object.keys(error), ['code'], 'runners print what is enumerable');
    assert.equal(error.report.leaks.length, 1);
    assert.deepEqual(
      error.snapshots.map((file) => path.basename(file)),
      ['A', 'B', 'C'].map((name) => `${name}.heapsnapshot.zst`),
    );
    for (const file of error.snapshots) {
      assert.ok(fs.existsSync(file));
      assert.match(path.relative(dir, file), /^GET-tickets-it-leaks-/);
    }
    const page = readReport(fs.readFileSync(error.page, 'utf8'), error.page);
    assert.equal(page.entries[0].className, 'Ticket');
    assert.match(page.entries[0].own.at, /test-no-leak\.test\.js:\d+:\d+$/);
    assert.ok(error.message.endsWith(`\nReport: ${error.page}`), error.message);
    assert.deepEqual(leftovers(), before);
  });

  it('fails where nobody can tell, with the classes that grow', async () => {
    const held = [];
    // After the rounds of the warm-up: one large block in the first round, three in the second.
    const unequal = async (run) => {
      if ([25, 37, 38, 39].includes(run)) held.push(new Array(18_000).fill(0.5));
    };
    const error = await assertNoLeak(unequal, { dir, name: 'unequal', alwaysSnapshots: true }).then(
      () => assert.fail('it passed'),
      (it) => it,
    );
    assert.equal(error.code, 'HEAPHOUND_ERR_UNEXPLAINED');
    assert.match(error.message, /^Cannot tell: \d+ kB of the \d+ kB that grew are without an explanation\./);
    assert.match(error.message, /it grew in every interval or by the steps of a table, and no rule makes it/);
    assert.match(error.message, /a leak or tells it from one \(Array \+1, \+3\)/);
    assert.match(error.message, /Snapshots: npx heaphound leaks /);
    const [, first, last] = /^ {4}npx heaphound diff (\S+) (\S+)$/m.exec(error.message) ?? [];
    assert.match(
      error.message,
      /^To be sure:\n {2}More of the same work decides: .* Raise `iterations`, or `snapshots`\.$/m,
    );
    assert.deepEqual([first, last], [error.snapshots[0], error.snapshots[2]], 'the files that are kept');
    assert.doesNotMatch(error.message, /--inspect/);
    assert.deepEqual([error.report.leaks, error.snapshots.length, held.length], [[], 3, 4]);
  });

  it('passes what is repaired, and leaves nothing behind', async () => {
    const before = [leftovers(), fs.readdirSync(dir)];
    const report = await assertNoLeak(fixed, { dir, maxBytesPerIteration: 300, maxGrowth: { Ticket: 0 } });
    // A name that no class has would grow by nothing for ever.
    await assert.rejects(assertNoLeak(fixed, { dir, maxGrowth: { Tiket: 0 } }), {
      code: 'HEAPHOUND_ERR_OPTION',
      message: /Tiket is no class in these snapshots/,
    });
    assert.deepEqual([report.leaks, report.ignored, report.grown, report.process], [[], 0, [], 'this']);
    assert.deepEqual([leftovers(), fs.readdirSync(dir)], before);
  });

  it('takes no snapshot where the heap stands still without one, and says so', async () => {
    const decidedBy = async (options) => (await assertNoLeak(fixed, { dir, ...options })).decidedBy;
    const { runs, lookRounds, ...report } = await assertNoLeak(fixed, { dir });
    assert.equal(report.decidedBy, 'statistics');
    assert.ok(lookRounds >= 2 && runs === (2 + lookRounds) * 11, `${runs} runs`);
    const measured = await assertNoLeak(fixed, { dir, alwaysSnapshots: true });
    assert.deepEqual([measured.decidedBy, measured.lookRounds, measured.runs], ['snapshots', 0, 44]);
    assert.equal(await decidedBy({ maxGrowth: { Ticket: 0 } }), 'snapshots');
    assert.equal(await decidedBy({ maxBytesPerIteration: 300 }), 'snapshots');
    const inChild = await assertNoLeak(SESSIONS, { export: 'fixed', dir });
    assert.deepEqual([inChild.process, inChild.decidedBy], ['child', 'statistics']);
  });

  it('finds what swells by two bytes a run, also where a round has many runs', async () => {
    let buffer = new Uint8Array(10_000);
    const swelling = () => {
      buffer = new Uint8Array(buffer.length + 2);
    };
    await assert.rejects(assertNoLeak(swelling, { dir, iterations: 10_007 }), { code: 'HEAPHOUND_ERR_LEAK' });
    assert.ok(buffer.length > 10_000);
  });

  it('finds what leaks when an answer comes after the run, of which the heap has no trace until then', async () => {
    const answers = [];
    const answering = `const { parentPort } = require('node:worker_threads');
      parentPort.on('message', (run) => setTimeout(() => parentPort.postMessage({ run }), 20));`;
    const worker = new Worker(answering, { eval: true });
    worker.on('message', (answer) => answers.push(answer));
    await once(worker, 'online');
    const asking = (run) => worker.postMessage(run);
    await assert.rejects(assertNoLeak(asking, { dir }), { code: 'HEAPHOUND_ERR_LEAK' });
    assert.ok(answers.length > 44);
    await worker.terminate();
  });

  it('fails for what maxGrowth and maxBytesPerIteration do not allow, whatever is ignored', async () => {
    const options = { dir, ignore: [/Ticket/], snapshots: 2, warmup: 1 };
    const passed = await assertNoLeak(leaking, options);
    assert.deepEqual([passed.ignored, passed.iterations], [1, 23]);
    const failure = {
      message:
        /Ticket has 23 objects more at the end than at the beginning; maxGrowth allows 22\n\nevery iteration leaves \d+ B; maxBytesPerIteration allows 8 B/,
    };
    await assert.rejects(
      assertNoLeak(leaking, { ...options, maxGrowth: { Ticket: 22 }, maxBytesPerIteration: 8 }),
      failure,
    );
  });

  it('runs the default of a module that was compiled to CommonJS', async () => {
    const compiled = path.join(__dirname, 'fixtures', 'scenarios', 'compiled.js');
    const { process } = await assertNoLeak(compiled, { snapshots: 2, warmup: 0, dir });
    assert.equal(process, 'child');
  });

  it('runs a module in a quiet child process', async () => {
    const message =
      /^Session piles up in [^]*Class: Session, .*sessions\.js:\d+:\d+[^]*Measured in a quiet child process/;
    await assert.rejects(assertNoLeak(SESSIONS, { export: 'leaking', dir }), { code: 'HEAPHOUND_ERR_LEAK', message });
    const { process } = await assertNoLeak(SESSIONS, { export: 'fixed', dir, maxBytesPerIteration: 100 });
    assert.equal(process, 'child');
    await assertNoLeak(SESSIONS, { export: 'quiet', snapshots: 2, warmup: 0 });
    const here = await assertNoLeak(SESSIONS, { export: 'fixed', inProcess: true, snapshots: 2 });
    assert.equal(here.process, 'this');
  });

  it('finds what is small or seldom: a listener for each run, a text, an object of every other run', async () => {
    const emitter = new EventEmitter().setMaxListeners(0);
    const names = [];
    const seldom = [];
    const scenarios = {
      listener: (run) => emitter.on('end', () => run),
      text: (run) => names.push(`user ${run}`),
      seldom: (run) => run % 2 === 0 && seldom.push(new Ticket(run)),
    };
    for (const [name, scenario] of Object.entries(scenarios)) {
      await assert.rejects(assertNoLeak(scenario, { dir, warmup: 1 }), { code: 'HEAPHOUND_ERR_LEAK' }, name);
    }
    await assert.rejects(
      assertNoLeak(scenarios.listener, { dir, iterations: 3, warmup: 1 }),
      /\+3 objects at every step/,
    );
  });

  it('lets the errors of a scenario through', async () => {
    const before = leftovers();
    const thrown = new TypeError('of the scenario');
    await assert.rejects(
      assertNoLeak(() => Promise.reject(thrown)),
      (error) => error === thrown,
    );
    await assert.rejects(
      assertNoLeak(() => {
        throw thrown;
      }),
      (error) => error === thrown,
    );
    await assert.rejects(
      assertNoLeak(SESSIONS, { export: 'failing' }),
      (error) => error instanceof RangeError && error.message === 'of the scenario',
    );
    await assert.rejects(assertNoLeak(path.join(__dirname, 'none.js')), { code: 'ERR_MODULE_NOT_FOUND' });
    assert.deepEqual(leftovers(), before);
  });

  it('measures one scenario at a time', async () => {
    let running = 0;
    const scenario = async () => {
      running += 1;
      await new Promise(setImmediate);
      assert.equal(running, 1);
      running -= 1;
    };
    await Promise.all([1, 2].map(() => assertNoLeak(scenario, { snapshots: 2, warmup: 0 })));
  });

  it('refuses what cannot be', async () => {
    const refused = { code: 'HEAPHOUND_ERR_OPTION' };
    await assert.rejects(assertNoLeak(), refused);
    await assert.rejects(assertNoLeak('relative.js'), refused);
    await assert.rejects(assertNoLeak(new URL('http://localhost/')), refused);
    await assert.rejects(assertNoLeak(fixed, { inProcess: false }), refused);
    await assert.rejects(
      assertNoLeak(() => assertNoLeak(fixed)),
      refused,
    );
    await assert.rejects(
      assertNoLeak(async () => {
        await new Promise(setImmediate);
        await checkpoint();
      }),
      { ...refused, message: /measures itself/ },
    );
    for (const options of [
      { iteration: 7 },
      { snapshots: 1 },
      { warmup: -1 },
      { ignore: [1] },
      { maxGrowth: { A: -1 } },
      { export: 'a' },
    ]) {
      await assert.rejects(assertNoLeak(fixed, options), refused, JSON.stringify(options));
    }
    await assert.rejects(assertNoLeak(SESSIONS, { export: 'missing' }), /has no function missing; it exports/);
  });
});
