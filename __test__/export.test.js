'use strict';

// Profiles for pprof: read by Go's own program, and compared with the sizes of the engine.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { test } = require('node:test');
const zlib = require('node:zlib');
const { Profile } = require('pprof-format');
const { exportProfile, findLeaks, openSnapshot } = require('..');
const { heaphound } = require('./helpers/command-line');
const { folder } = require('./helpers/folder');
const { hostileHeap } = require('./helpers/hostile-heap');
const { tool } = require('./helpers/tool');

const FIXTURES = path.join(__dirname, 'fixtures');
const SERIES = [1, 2, 3].map((at) => path.join(FIXTURES, 'sequence', `sessions-${at}.heapsnapshot.gz`));
const TIMELINE = path.join(FIXTURES, 'golden', 'n26.heaptimeline.gz');
const { skip } = tool('go');

/**
 * The table of `go tool pprof -top`: name to own and cumulative value.
 *
 * @param {string} file
 * @param {string} kind of the values
 * @param {string[]} [more]
 */
function top(file, kind, more = []) {
  const unit = kind.endsWith('objects') ? [] : ['-unit=B'];
  const args = ['tool', 'pprof', '-top', '-nodecount=1000000', '-nodefraction=0', `-sample_index=${kind}`];
  const { status, stdout, stderr } = spawnSync('go', [...args, ...unit, ...more, file], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const row = /^ *(-?\d+)B? +[\d.]+% +[\d.]+% +(-?\d+)B? +[\d.]+% +(.*)$/gm;
  return new Map([...stdout.matchAll(row)].map(([, flat, cum, name]) => [name, [Number(flat), Number(cum)]]));
}

/** @param {Uint8Array} profile */
function decoded(profile) {
  const {
    stringTable,
    sampleType,
    sample,
    location,
    function: functions,
    comment,
  } = Profile.decode(zlib.gunzipSync(profile));
  const text = (at) => stringTable.strings[Number(at)];
  const frame = (id) => {
    const { line } = location.find((it) => it.id === id);
    const { name, filename, startLine } = functions.find((it) => it.id === line[0].functionId);
    return { name: text(name), file: text(filename), line: Number(startLine) };
  };
  return {
    kinds: sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`),
    samples: sample.map(({ locationId, value }) => ({ stack: locationId.map(frame), values: value.map(Number) })),
    comments: comment.map(text),
  };
}

test("Go's pprof sees the retained size of each class as its cumulative value", { skip }, async (t) => {
  const out = path.join(folder(t), 'app.pb.gz');
  const { code, stdout } = await heaphound(['export', '--pprof', TIMELINE, '--out', out]);
  assert.equal(code, 0);
  assert.match(stdout, /app\.pb\.gz: .* stacks\n$/);
  const space = top(out, 'space');
  const objects = top(out, 'objects');
  const snapshot = await openSnapshot(TIMELINE);
  t.after(() => snapshot.close());
  const { box, totalSize } = await snapshot.dominatorBoxes({
    limit: 2000,
    leastSize: Math.ceil(totalOf(snapshot) / 2e4),
  });
  const own = [...space.values()].reduce((sum, [flat]) => sum + flat, 0);
  assert.equal(own, totalSize - box.ownSize, 'all bytes are there');
  // Of a class whose objects stand below one another in no box of another class.
  const { classes } = await snapshot.summary();
  const [leak] = classes.filter(({ name }) => name === 'Leak');
  assert.equal(space.get('Leak')[1], leak.retainedSize);
  assert.equal(objects.get('Leak')[0], leak.count);
});

/** @param {import('..').Snapshot} snapshot */
function totalOf({ info }) {
  return info.totalSize;
}

test('the stacks of one snapshot are the boxes of its dominator tree, and carry their places', async () => {
  const { kind, sampleCount, profile } = await exportProfile(TIMELINE);
  const { kinds, samples } = decoded(profile);
  assert.deepEqual([kind, sampleCount], ['retained', samples.length]);
  assert.deepEqual(kinds, ['objects/count', 'space/bytes']);
  const snapshot = await openSnapshot(TIMELINE);
  const { box } = await snapshot.dominatorBoxes({ limit: 2000, leastSize: Math.ceil(totalOf(snapshot) / 2e4) });
  const sum = samples.reduce((total, { values }) => total + values[1], 0);
  assert.equal(sum, box.size - box.ownSize);
  for (const child of box.children.filter(({ rest }) => !rest)) {
    const below = samples.filter(({ stack }) => stack.at(-1).name === (child.name || '(no name)'));
    const sameName = box.children.filter(({ name }) => name === child.name);
    assert.equal(
      below.reduce((total, { values }) => total + values[1], 0),
      sameName.reduce((total, { size }) => total + size, 0),
      child.name,
    );
  }
  const { classes } = await snapshot.summary();
  await snapshot.close();
  const placed = classes.find(({ name, location }) => name === 'Leak' && location);
  const frames = samples.flatMap(({ stack }) => stack).filter(({ name }) => name === 'Leak');
  assert.ok(frames.length > 0);
  assert.ok(frames.every(({ file, line }) => file === placed.location.file && line === placed.location.line));
});

test('the same snapshot gives the same bytes', async () => {
  const [one, other] = await Promise.all([exportProfile(TIMELINE), exportProfile(fs.readFileSync(TIMELINE))]);
  assert.deepEqual(one.profile, other.profile);
});

test('several snapshots give their leaks, by the path that holds them', { skip }, async (t) => {
  const out = path.join(folder(t), 'leaks.pb.gz');
  const { code, stdout } = await heaphound(['export', '--pprof', ...SERIES, '--out', out]);
  const { leaks } = await findLeaks(SERIES, { limit: 100 });
  assert.deepEqual([code, leaks.length > 0], [0, true]);
  assert.match(stdout, new RegExp(`, ${leaks.length} leaks?\\n$`));
  const space = top(out, 'grown_space');
  const objects = top(out, 'grown_objects');
  for (const { className, countGrowth } of leaks) {
    const sameClass = leaks.filter((leak) => leak.className === className);
    const grown = sameClass.reduce((sum, leak) => sum + leak.retainedGrowth, 0);
    assert.equal(space.get(className)[0], grown);
    assert.ok(objects.get(className)[0] >= countGrowth.reduce((sum, count) => sum + count, 0));
  }
  const { samples } = decoded(fs.readFileSync(out));
  const [first] = samples;
  const { retainingPath, container } = leaks[0];
  const held = retainingPath.find(({ id }) => id === container.id);
  assert.equal(first.stack[1].name, held.reference === '' ? held.name : `${held.reference} (${held.name})`);
  assert.equal(first.stack.at(-1).name, retainingPath[0].name);
});

test('recorded allocations give the functions that allocated', { skip }, async (t) => {
  const out = path.join(folder(t), 'allocations.pb.gz');
  await exportProfile(TIMELINE, { allocations: true, out });
  const snapshot = await openSnapshot(TIMELINE);
  t.after(() => snapshot.close());
  const { functions } = await snapshot.allocations();
  const live = top(out, 'inuse_space', ['-functions']);
  const [alloc] = functions.filter(({ name }) => name === 'alloc1');
  assert.equal(live.get('alloc1')[0], alloc.liveSize);
  assert.equal(top(out, 'alloc_objects').get('alloc1')[0], alloc.count);
  await assert.rejects(exportProfile(SERIES[0], { allocations: true }), { code: 'HEAPHOUND_ERR_OPTION' });
  await assert.rejects(exportProfile(SERIES, { allocations: true }), { code: 'HEAPHOUND_ERR_OPTION' });
});

test('names of a heap do nothing to a terminal that shows the profile', async () => {
  const { profile } = await exportProfile(Buffer.from(hostileHeap({ count: 3 })));
  const { stringTable } = Profile.decode(zlib.gunzipSync(profile));
  // eslint-disable-next-line no-control-regex
  for (const text of stringTable.strings) assert.doesNotMatch(text, /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
});

test('no leak makes an empty profile, and the command says so', { skip }, async (t) => {
  const out = path.join(folder(t), 'none.pb.gz');
  const none = [1, 2, 3].map((at) => path.join(FIXTURES, 'growth', `map-of-bun-${at}.heapsnapshot.gz`));
  const { leaks, verdict } = await findLeaks(none);
  const { code, stdout } = await heaphound(['export', '--pprof', ...none, '--out', out]);
  assert.deepEqual([code, leaks.length], [0, 0]);
  assert.match(
    stdout,
    verdict === 'none' ? /Nothing leaks: the profile is empty/ : /no explanation: the profile is empty/,
  );
  assert.equal(top(out, 'grown_space').size, 0);
});

test('a file that exists is not overwritten, and a format is needed', async (t) => {
  const out = path.join(folder(t), 'app.pb.gz');
  fs.writeFileSync(out, 'mine');
  const twice = await heaphound(['export', '--pprof', SERIES[0], '--out', out]);
  assert.deepEqual([twice.code, fs.readFileSync(out, 'utf8')], [3, 'mine']);
  assert.match(twice.stderr, /HEAPHOUND_ERR_EXISTS/);
  const none = await heaphound(['export', SERIES[0]]);
  assert.deepEqual([none.code, /--pprof/.test(none.stderr)], [2, true]);
  const cwd = folder(t);
  await heaphound(['export', '--pprof', SERIES[0]], { cwd });
  assert.deepEqual(fs.readdirSync(cwd), ['sessions-1.pb.gz']);
  const { bytes, code } = await heaphound(['export', '--pprof', SERIES[0], '--out', '-']);
  assert.deepEqual([code, bytes], [0, fs.readFileSync(path.join(cwd, 'sessions-1.pb.gz'))]);
});
