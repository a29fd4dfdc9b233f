'use strict';

// A budget over a real heap: in the API, and as `heaphound check --budget`.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { checkBudget, openSnapshot } = require('..');
const { heaphound } = require('./helpers/command-line');

/** Forty guests. The class `Guest` has a subclass without an object, whose prototype V8 calls `Guest` too. */
const PROGRAM = `
  class Guest { constructor(number) { this.number = number; } }
  class Admin extends Guest {}
  globalThis.all = [Array.from({ length: 40 }, (_, at) => new Guest(at)), Admin];
  require('node:v8').writeHeapSnapshot(process.argv[1]);
`;

let folder;
let file;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-budget-'));
  file = path.join(folder, 'guests.heapsnapshot');
  execFileSync(process.execPath, ['-e', PROGRAM, file]);
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('a budget', () => {
  it('is compared with the classes, the packages and the whole of a heap', async () => {
    const snapshot = await openSnapshot(file);
    const { classes } = await snapshot.summary();
    const { owners } = await snapshot.owners({ by: 'package' });
    const guests = classes.find(({ name }) => name === 'Guest');
    const node = owners.find(({ name }) => name === 'node:');
    const document = await checkBudget(snapshot, {
      total: { bytes: snapshot.info.totalSize },
      classes: { Guest: { count: 39, bytes: '1MB', retained: guests.retainedSize - 1 }, Visitor: { count: 0 } },
      packages: { 'node:': { bytes: node.shallowSize - 5, count: node.count } },
    });
    assert.deepEqual(
      document.lines.map(({ of, name, measure, is, over }) => [of, name, measure, is, over]),
      [
        ['total', '', 'bytes', snapshot.info.totalSize, 0],
        ['class', 'Guest', 'count', 40, 1],
        ['class', 'Guest', 'bytes', guests.shallowSize, 0],
        ['class', 'Guest', 'retained', guests.retainedSize, 1],
        ['class', 'Visitor', 'count', 0, 0],
        ['package', 'node:', 'bytes', node.shallowSize, 5],
        ['package', 'node:', 'count', node.count, 0],
      ],
    );
    assert.deepEqual([document.over, document.absent], [3, ['Visitor']]);
    await snapshot.close();
  });

  it('that limits nothing, or what there is not, is refused', async () => {
    const bad = [
      undefined,
      [],
      {},
      { classes: {} },
      { classes: { Guest: {} } },
      { total: {}, classes: { Guest: { count: 1 } } },
      { classes: { Guest: { count: Infinity } } },
      { class: { Guest: { count: 1 } } },
      { classes: { Guest: 1 } },
      { classes: { Guest: { size: 1 } } },
      { classes: { Guest: { count: '1MB' } } },
      { classes: { Guest: { bytes: 'many' } } },
      { classes: { Guest: { count: -1 } } },
      { packages: { x: { retained: 1 } } },
    ];
    for (const budget of bad)
      await assert.rejects(checkBudget(file, budget), { code: 'HEAPHOUND_ERR_OPTION' }, JSON.stringify(budget));
  });

  it('of a file ends with 1 when it is passed, and with 0 when it is kept', async () => {
    const write = (budget) => {
      const to = path.join(folder, 'budget.json');
      fs.writeFileSync(to, typeof budget === 'string' ? budget : JSON.stringify(budget));
      return ['check', '--budget', to, file];
    };
    const over = await heaphound(write({ classes: { Guest: { count: 39 }, Visitor: { count: 1 } } }));
    assert.equal(over.code, 1);
    assert.match(over.stdout, /^Guest, objects +40 +39 +1$/m);
    assert.match(over.stdout, /^Over the budget: 1 of 2 limits\.$/m);
    assert.match(over.stdout, /^This heap has nothing of Visitor: is the name spelt right\?$/m);
    const kept = await heaphound([...write({ classes: { Guest: { count: 40 } } }), '--json']);
    assert.deepEqual([kept.code, JSON.parse(kept.stdout).over], [0, 0]);
    const bad = [
      ['{', /^error HEAPHOUND_ERR_BUDGET: the budget .*budget\.json is no JSON/],
      [[], /^error HEAPHOUND_ERR_BUDGET: .*budget\.json: must be an object/],
      ['{ "total": { "bytes": 1e999 } }', /^error HEAPHOUND_ERR_BUDGET: .*budget\.json: total\.bytes: must be bytes/],
      [
        { classes: { A: {} } },
        /^error HEAPHOUND_ERR_BUDGET: .*budget\.json: classes\.A: limits nothing: give it count/,
      ],
      [{ classes: { A: { size: 1 } } }, /^error HEAPHOUND_ERR_BUDGET: .*budget\.json: classes\.A\.size: is unknown/],
    ];
    for (const [budget, message] of bad) {
      const { code, stderr } = await heaphound(write(budget));
      assert.equal(code, 3);
      assert.match(stderr, message);
    }
    const args = write({ total: { count: 1 } });
    assert.equal((await heaphound([...args, file])).code, 2, 'two snapshots');
    assert.equal((await heaphound([...args, '--baseline', 'heap.json'])).code, 2, 'growth and size at once');
  });
});
