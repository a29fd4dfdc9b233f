'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { findLeaks } = require('..');

const CASES = path.join(__dirname, '..', 'examples', 'leaks');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-leaks-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const names = fs.readdirSync(CASES).filter((file) => file.endsWith('.js') && file !== 'run.js').map((file) => path.basename(file, '.js'));

describe('leak cases', { concurrency: 2 }, () => {
  for (const name of names) {
    const { expect, fixed } = require(path.join(CASES, name));
    const isLeak = expect.classes.length > 0;
    it(isLeak ? `${name} is found` : `${name} is healthy`, async () => {
      const { leaks, withoutIds } = await verdict(name, 'leak');
      if (isLeak) {
        assertFound(leaks, expect);
        assertFound(withoutIds, expect);
        assertSame(withoutIds[0], leaks[0]);
      } else {
        assert.deepEqual(leaks, []);
        if (!expect.needsIds) assert.deepEqual(withoutIds, []);
      }
    });
    if (isLeak && fixed) {
      it(`${name}, repaired, is healthy`, async () => assert.deepEqual(await verdict(name, 'fixed'), { leaks: [], withoutIds: [] }));
    }
  }
});

describe('three replicas that served more and more', { concurrency: 2 }, () => {
  for (const name of ['maps-of-tenants', 'event-listeners', 'interval-timers', 'linked-queue', 'global-dictionary', 'wasm-memory', 'control-filling-cache']) {
    const { expect, fixed } = require(path.join(CASES, name));
    it(expect.classes.length > 0 ? `${name} is found` : `${name} is healthy`, async () => {
      const { comparison, leaks } = await ofReplicas(name, 'leak');
      assert.equal(comparison.ids, false, comparison.reason);
      if (expect.classes.length > 0) assertFound(leaks, expect);
      else assert.deepEqual(leaks, []);
    });
    if (fixed) it(`${name}, repaired, is healthy`, async () => assert.deepEqual((await ofReplicas(name, 'fixed')).leaks, []));
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
  for (const file of ['A', 'B', 'C']) await promisify(execFile)(process.execPath, [path.join(CASES, 'run.js'), `./${name}`, out, variant, file]);
  const found = await findLeaks(['A', 'B', 'C'].map((file) => path.join(out, `${file}.heapsnapshot`)));
  fs.rmSync(out, { recursive: true });
  return found;
}

/**
 * @param {string} name
 * @param {'leak' | 'fixed'} variant
 */
async function verdict(name, variant) {
  const out = path.join(folder, `${name}-${variant}`);
  await promisify(execFile)(process.execPath, [path.join(CASES, 'run.js'), `./${name}`, out, variant]);
  const files = ['A', 'B', 'C'].map((file) => path.join(out, `${file}.heapsnapshot`));
  const { leaks } = await findLeaks(files, { compareBy: 'ids' });
  const { leaks: withoutIds } = await findLeaks(files, { compareBy: 'structure' });
  fs.rmSync(out, { recursive: true });
  return { leaks, withoutIds };
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

/**
 * @param {import('..').Leak[]} leaks
 * @param {{ kind: string, classes: string[], path: string[], detail?: object }} expected names that the path must hold, in this order
 */
function assertFound(leaks, { kind, classes, path: names, detail }) {
  assert.equal(leaks.length, 1);
  const [leak] = leaks;
  assert.ok(classes.includes(leak.className), leak.className);
  assert.equal(leak.kind, kind);
  assert.match(leak.advice, /^[A-Z].*\.$/);
  for (const [name, value] of Object.entries(detail ?? {})) assert.deepEqual(leak.detail[name], value, name);
  assertMarks(leak);
  const told = [...leak.retainingPath.flatMap((step) => [step.edge, step.name]), leak.className];
  let at = 0;
  for (const name of names) {
    while (at < told.length && !told[at].includes(name)) at += 1;
    assert.ok(at < told.length, `${name} is missing in ${told.join(' ')}`);
  }
  assert.ok(leak.retainingPath.some((step) => step.id === leak.container.id), 'the path leads through the container');
  // Beyond the item the path goes on to what it keeps outside of the heap, or in a text, and to nothing else.
  const end = leak.retainingPath[leak.retainingPath.length - 1].name;
  assert.ok(end === leak.className || /^\(.*string\)$|^system \/ JSArrayBufferData$|^Node \/ |^Detached Node$/.test(end), `${end} is behind ${leak.className}`);
  assert.deepEqual([leak.item.name, leak.item.count], [leak.className, 1]);
  assert.ok(leak.item.children.reduce((sum, { size }) => sum + size, 0) <= leak.item.size, 'parts are within the item');
}

/**
 * First what is meant to be there, then what leaks, with one reference to cut between.
 *
 * @param {import('..').Leak} leak
 */
function assertMarks({ retainingPath, confidence, evidence }) {
  const order = ['no', 'unknown', 'yes'];
  const marks = retainingPath.map((step) => order.indexOf(step.leaking));
  assert.deepEqual(marks, [...marks].sort(), 'the marks stand in order');
  const cut = retainingPath.filter((step) => step.cut);
  assert.equal(cut.length, 1);
  assert.equal(cut[0], retainingPath.find((step) => step.leaking === 'yes'), 'the reference to cut leads to the first leaking object');
  assert.match(cut[0].because, /piled up|grows itself/);
  assert.ok(['high', 'medium'].includes(confidence), 'three snapshots allow more than a guess');
  assert.match(evidence[0], /^grew in every interval, by /);
}
