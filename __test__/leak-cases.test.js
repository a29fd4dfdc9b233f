'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { findLeaks, openSnapshot } = require('..');
const { assertAccounted } = require('./helpers/accounting');
const { RUN, assertFound, assertOwnLine, leakCases } = require('./helpers/leak-case');

const OF_REPLICAS = [
  'maps-of-tenants',
  'event-listeners',
  'interval-timers',
  'linked-queue',
  'global-dictionary',
  'wasm-memory',
  'control-filling-cache',
];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-leaks-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

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
        assert.deepEqual(await verdict(name, 'fixed'), { leaks: [], withoutIds: [], ofTwo: [] }));
    }
  }
});

/** Of two snapshots, and of three of which the first is older than the warm-up. */
const OTHER_WAYS = ['few-tickets', 'stopping-signal', 'two-indexes', 'undo-steps', 'wrapped-again'];

describe('from two snapshots, and from a first one before the warm-up', { concurrency: 2 }, () => {
  for (const { name, expect } of leakCases().filter(({ name }) => OTHER_WAYS.includes(name))) {
    it(`${name} is found`, async () => {
      const [of2, early] = await otherWays(name, 'leak');
      for (const leaks of [of2, early]) {
        const [{ className, kind }, ...others] = leaks;
        assert.deepEqual([expect.classes.includes(className), kind, others], [true, expect.kind, []]);
      }
      assert.equal(early[0].fingerprint, of2[0].fingerprint);
    });
    it(`${name}, repaired, is healthy`, async () => assert.deepEqual(await otherWays(name, 'fixed'), [[], []]));
  }
  it('control-rising-requests is healthy', async () =>
    assert.deepEqual((await otherWays('control-rising-requests', 'leak'))[1], []));
});

/**
 * @param {string} name
 * @param {'leak' | 'fixed'} variant
 */
async function otherWays(name, variant) {
  const out = path.join(folder, `${name}-${variant}-ways`);
  await promisify(execFile)(process.execPath, [RUN, `./${name}`, out, variant, 'ZABC']);
  const [before, first, second, third] = ['Z', 'A', 'B', 'C'].map((file) => path.join(out, `${file}.heapsnapshot`));
  const found = [];
  for (const files of [
    [first, third],
    [before, second, third],
  ])
    found.push((await findLeaks(files, { compareBy: 'ids' })).leaks);
  fs.rmSync(out, { recursive: true });
  return found;
}

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

/**
 * @param {string} name
 * @param {'leak' | 'fixed'} variant
 */
async function verdict(name, variant) {
  const out = path.join(folder, `${name}-${variant}`);
  await promisify(execFile)(process.execPath, [RUN, `./${name}`, out, variant]);
  const files = ['A', 'B', 'C'].map((file) => path.join(out, `${file}.heapsnapshot`));
  const byIds = await findLeaks(files, { compareBy: 'ids' });
  const byStructure = await findLeaks(files, { compareBy: 'structure' });
  await assertSamePaths(files[2], [...byIds.leaks, ...byStructure.leaks]);
  // Of two snapshots not every leak is known. Where it is, it has the same own line.
  const { fingerprint } = byIds.leaks[0] ?? {};
  const pairs = [];
  for (const compareBy of /** @type {const} */ (['ids', 'structure']))
    pairs.push(await findLeaks([files[0], files[2]], { compareBy }));
  const ofTwo = pairs.flatMap(({ leaks }) => leaks.filter((leak) => leak.fingerprint === fingerprint));
  fs.rmSync(out, { recursive: true });
  for (const document of [byIds, byStructure]) {
    assertAccounted(document);
    assert.equal(document.verdict, document.leaks.length > 0 ? 'leak' : 'none');
    assert.ok(document.accounting.isExplained, JSON.stringify(document.accounting));
  }
  return { leaks: byIds.leaks, withoutIds: byStructure.leaks, ofTwo };
}

/**
 * `retainingPath` goes over the objects of each leak's path, and has the same words for them. A leak shows one link in
 * place of the many of a list: there the path has more steps between.
 *
 * @param {string} file the newest snapshot
 * @param {import('..').Leak[]} leaks
 */
async function assertSamePaths(file, leaks) {
  const snapshot = await openSnapshot(file);
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
  await snapshot.close();
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
