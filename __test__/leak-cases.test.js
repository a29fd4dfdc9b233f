'use strict';

// The cases of examples/leaks. The snapshots of a case serve all that is asked of it: leak and repaired form, the other
// lines of Node.js, and the page of its kind. UPDATE_EXPECT=1 writes the pages in docs/kinds/ anew.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { findLeaks, openSnapshot } = require('..');
const { PAGES, kinds, page, verdictOf } = require('../scripts/write-kinds');
const { stable } = require('../scripts/write-outputs');
const { assertAccounted } = require('./helpers/accounting');
const { RUN, assertFound, assertOwnLine, leakCases } = require('./helpers/leak-case');
const { LINES, nodeOfLine } = require('./helpers/node-lines');

const OF_REPLICAS = [
  'maps-of-tenants',
  'event-listeners',
  'interval-timers',
  'linked-queue',
  'global-dictionary',
  'wasm-memory',
  'control-filling-cache',
];

/** Programs of pages. */
const ON_PAGES = new Set(Object.values(kinds).map(({ program }) => program));
const OTHER_LINES = LINES.map(nodeOfLine).filter((binary) => binary && binary !== process.execPath);

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-leaks-')));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Of two snapshots, and of three of which the first is older than the warm-up. */
const OTHER_WAYS = [
  'few-tickets',
  'spread-over-owners',
  'stopping-signal',
  'two-indexes',
  'undo-steps',
  'wrapped-again',
];
const NOT_HEALTHY_EARLY = ['child-processes', 'few-tickets', 'idle-workers', 'stopping-signal', 'unread-answers'];
/** Cases with one more snapshot, before the warm-up. */
const WITH_EARLY = new Set([...OTHER_WAYS, ...NOT_HEALTHY_EARLY, 'control-rising-requests']);

const HEALTHY = { leaks: [], withoutIds: [], ofTwo: [] };
/** @param {Verdict} verdict */
const healthOf = ({ leaks, withoutIds, ofTwo }) => ({ leaks, withoutIds, ofTwo });

describe('leak cases', { concurrency: 2 }, () => {
  for (const { name, expect, fixed, isLeak } of leakCases()) {
    it(isLeak ? `${name} is found` : `${name} is healthy`, async () => {
      const { leaks, withoutIds, ofTwo } = await verdict(name, 'leak');
      if (isLeak) {
        assertFound(leaks, expect);
        assertFound(withoutIds, expect);
        assertSame(withoutIds[0], leaks[0]);
        for (const leak of ofTwo) assertOwnLine(leak, expect.line);
      } else {
        assert.deepEqual(leaks, []);
        if (!expect.needsIds) assert.deepEqual(withoutIds, []);
      }
    });
    if (isLeak && fixed) {
      it(`${name}, repaired, is healthy`, async () =>
        assert.deepEqual(healthOf(await verdict(name, 'fixed')), HEALTHY));
    }
  }
});

describe(
  'every leak is found on every line of Node, with one fingerprint',
  { concurrency: 2, skip: skipLines() },
  () => {
    for (const { name, expect } of leakCases().filter(({ isLeak }) => isLeak)) {
      it(name, async () => {
        const { leaks, withoutIds } = await verdict(name, 'leak');
        const fingerprints = [leaks, withoutIds].map(([leak]) => leak.fingerprint);
        for (const [at, binary] of OTHER_LINES.entries()) {
          const out = path.join(folder, `${name}-${at}`);
          await promisify(execFile)(binary, [RUN, `./${name}`, out]);
          const snapshots = await openAll(out, 'ABC');
          for (const compareBy of ['ids', 'structure']) {
            const { leaks } = await findLeaks(snapshots, { compareBy });
            assertFound(leaks, expect);
            fingerprints.push(leaks[0].fingerprint);
          }
          await closeAll(snapshots);
          fs.rmSync(out, { recursive: true });
        }
        assert.equal(new Set(fingerprints).size, 1, fingerprints.join(' '));
      });
    }
  },
);

function skipLines() {
  return OTHER_LINES.length > 0 ? false : 'two binaries are not installed: npm ci --prefix __test__/nodes';
}

describe('the page of a kind has its program, its verdict and its repair', { concurrency: 2 }, () => {
  for (const [kind, { program }] of Object.entries(kinds)) {
    it(kind, async () => {
      const [leak, fixed] = [await verdict(program, 'leak'), await verdict(program, 'fixed')];
      const expected = page(kind, { leak: leak.output, fixed: fixed.output });
      const file = path.join(PAGES, `${kind}.md`);
      if (process.env.UPDATE_EXPECT) fs.writeFileSync(file, expected);
      else assert.deepEqual(stable(fs.readFileSync(file, 'utf8')).split('\n'), stable(expected).split('\n'));
    });
  }
});

describe('from two snapshots, and from a first one before the warm-up', { concurrency: 2 }, () => {
  for (const { name, expect } of leakCases().filter(({ name }) => OTHER_WAYS.includes(name))) {
    it(`${name} is found`, async () => {
      const { ofTwoByIds: of2, early } = await verdict(name, 'leak');
      for (const leaks of [of2, early]) {
        const [{ className, kind }, ...others] = leaks;
        assert.deepEqual([expect.classes.includes(className), kind, others], [true, expect.kind, []]);
      }
      assert.equal(early[0].fingerprint, of2[0].fingerprint);
    });
    it(`${name}, repaired, is healthy`, async () => {
      const { ofTwoByIds, early } = await verdict(name, 'fixed');
      assert.deepEqual([ofTwoByIds, early], [[], []]);
    });
  }
  for (const name of NOT_HEALTHY_EARLY) {
    it(`${name} is not called healthy from a first snapshot before the warm-up, with ids or without`, async () => {
      const { earlyVerdicts } = await verdict(name, 'leak');
      assert.equal(earlyVerdicts.length, 2);
      for (const { verdict, accounting } of earlyVerdicts) assert.notEqual(verdict, 'none', JSON.stringify(accounting));
    });
  }
  for (const name of ['control-busier', 'control-connections', 'control-filling-cache', 'control-lazy-modules']) {
    it(`of ${name} two snapshots cannot tell, and the answer has the command that can`, async () => {
      const { leaks, verdict: said, next } = (await verdict(name, 'leak')).pairByIds;
      assert.deepEqual([said, leaks], ['unknown', []]);
      assert.match(next[0].command, /^heaphound capture .* --count 3 /);
    });
  }
  it('control-rising-requests is healthy', async () =>
    assert.deepEqual((await verdict('control-rising-requests', 'leak')).early, []));
});

describe('three replicas that served more and more', { concurrency: 2 }, () => {
  for (const { name, expect, fixed, isLeak } of leakCases().filter(({ name }) => OF_REPLICAS.includes(name))) {
    it(isLeak ? `${name} is found` : `${name} is healthy`, async () => {
      const { comparison, leaks } = await ofReplicas(name, 'leak');
      assert.equal(comparison.ids, false, comparison.reason);
      if (isLeak) assertFound(leaks, expect);
      else assert.deepEqual(leaks, []);
    });
    if (fixed)
      it(`${name}, repaired, is healthy`, async () => assert.deepEqual((await ofReplicas(name, 'fixed')).leaks, []));
  }
});

/**
 * One snapshot of each of three processes.
 *
 * @param {string} name
 * @param {'leak' | 'fixed'} variant
 */
async function ofReplicas(name, variant) {
  const out = path.join(folder, `${name}-${variant}-replicas`);
  for (const file of ['A', 'B', 'C'])
    await promisify(execFile)(process.execPath, [RUN, `./${name}`, out, variant, file]);
  const found = await findLeaks(['A', 'B', 'C'].map((file) => path.join(out, `${file}.heapsnapshot`)));
  assertAccounted(found);
  fs.rmSync(out, { recursive: true });
  return found;
}

/** @typedef {Awaited<ReturnType<typeof takeVerdict>>} Verdict */
/** @type {Map<string, Promise<Verdict>>} */
const verdicts = new Map();

/**
 * The answers about a case, which runs once.
 *
 * @param {string} name
 * @param {'leak' | 'fixed'} variant
 */
function verdict(name, variant) {
  const key = `${name}-${variant}`;
  const taken = verdicts.get(key) ?? takeVerdict(name, variant);
  verdicts.set(key, taken);
  return taken;
}

/**
 * @param {string} name
 * @param {'leak' | 'fixed'} variant
 */
async function takeVerdict(name, variant) {
  const out = path.join(folder, `${name}-${variant}`);
  const isWithEarly = WITH_EARLY.has(name);
  await promisify(execFile)(process.execPath, [RUN, `./${name}`, out, variant, ...(isWithEarly ? ['ZABC'] : [])]);
  // All questions are asked of the same opened snapshots. Nothing reads the files again but the command line below.
  const snapshots = await openAll(out, 'ABC');
  const [first, second, third] = snapshots;
  const byIds = await findLeaks(snapshots, { compareBy: 'ids' });
  const byStructure = await findLeaks(snapshots, { compareBy: 'structure' });
  await assertSamePaths(third, [...byIds.leaks, ...byStructure.leaks]);
  // Of two snapshots not every leak is known. Where it is, it has the same own line.
  const { fingerprint } = byIds.leaks[0] ?? {};
  const pairs = await byBoth([first, third]);
  const ofTwo = pairs.flatMap(({ leaks }) => leaks.filter((leak) => leak.fingerprint === fingerprint));
  const [before] = isWithEarly ? await openAll(out, 'Z') : [];
  const earlyVerdicts = before ? await byBoth([before, second, third]) : [];
  await closeAll(before ? [before, ...snapshots] : snapshots);
  // The page is about three snapshots.
  fs.rmSync(path.join(out, 'Z.heapsnapshot'), { force: true });
  const output = ON_PAGES.has(name) ? await verdictOf(out) : '';
  fs.rmSync(out, { recursive: true });
  for (const document of [byIds, byStructure]) {
    assertAccounted(document);
    assert.equal(document.verdict, document.leaks.length > 0 ? 'leak' : 'none');
    assert.ok(document.accounting.isExplained, JSON.stringify(document.accounting));
  }
  return {
    leaks: byIds.leaks,
    withoutIds: byStructure.leaks,
    ofTwo,
    pairByIds: pairs[0],
    ofTwoByIds: pairs[0].leaks,
    early: earlyVerdicts[0]?.leaks,
    earlyVerdicts,
    output,
  };
}

/**
 * Compared by ids, then by structure.
 *
 * @param {import('..').Snapshot[]} snapshots
 */
async function byBoth(snapshots) {
  const found = [];
  for (const compareBy of /** @type {const} */ (['ids', 'structure']))
    found.push(await findLeaks(snapshots, { compareBy }));
  return found;
}

/**
 * @param {string} out
 * @param {string} names of one letter each
 */
function openAll(out, names) {
  return Promise.all([...names].map((name) => openSnapshot(path.join(out, `${name}.heapsnapshot`))));
}

/** @param {import('..').Snapshot[]} snapshots */
async function closeAll(snapshots) {
  for (const snapshot of snapshots) await snapshot.close();
}

/**
 * `retainingPath` goes over the objects of each leak's path, and has the same words for them. A leak shows one link in
 * place of the many of a list: there the path has more steps between.
 *
 * @param {import('..').Snapshot} snapshot the newest one
 * @param {import('..').Leak[]} leaks
 */
async function assertSamePaths(snapshot, leaks) {
  for (const leak of leaks) {
    const path = await snapshot.retainingPath(leak.retainingPath.at(-1).id);
    const words = ({ name, shape, edge, reference, id, location }) => ({ name, shape, edge, reference, id, location });
    const [first, ...steps] = leak.retainingPath.map(words);
    const begin = path.findIndex(({ id }) => id === first.id);
    assert.ok(begin >= 0, `the path does not go over ${first.name} @${first.id}`);
    const all = path.slice(begin).map(words);
    const shown = new Set(leak.retainingPath.map(({ id }) => id));
    const kept = all.filter(({ id }) => shown.has(id));
    // What is left out between two steps is links of a list, which repeat.
    if (all.length > kept.length) assert.ok(hasRepeats(all), `${all.length} steps for ${kept.length}`);
    // Where a path begins no reference is told.
    assert.deepEqual(kept, [{ ...kept[0], name: first.name, shape: first.shape, location: first.location }, ...steps]);
  }
}

/** @param {{ name: string, edge: string }[]} steps */
function hasRepeats(steps) {
  return new Set(steps.map(({ name, edge }) => `${edge} ${name}`)).size < steps.length;
}

/**
 * The same leak, of which another object may be the example.
 *
 * @param {import('..').Leak} found
 * @param {import('..').Leak} expected
 */
function assertSame(found, expected) {
  // Of functions that are evaluated again each has a script of its own.
  const place = ({ location }) => location && `${location.file}:${location.line}:${location.column}`;
  for (const name of ['className', 'fingerprint', 'kind']) assert.equal(found[name], expected[name], name);
  assert.equal(place(found), place(expected));
  assert.equal(found.container.name, expected.container.name);
  assert.equal(place(found.container), place(expected.container));
  const generic = (edge) => edge.replaceAll(/\d+/g, '');
  assert.equal(generic(found.container.edge), generic(expected.container.edge));
}
