'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { cgroupRoom } = require('../lib/room/cgroup');
const { estimate, forget, remember } = require('../lib/room/estimate');
const { checkRoom, memoryRoom } = require('../lib/room/headroom');

const ROOT = path.join(__dirname, '..');
const MB = 1 << 20;

/** A directory that stands for `/`. */
function system(t, files) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
  t.after(() => fs.rmSync(root, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), content);
  }
  return root;
}

const V2 = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n';
const V1 =
  '31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n32 23 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n';

/** Files of one group of version 2. */
function group(directory, { max = 'max', high = 'max', current, inactive = 0 }) {
  return {
    [`${directory}/memory.max`]: `${max}\n`,
    [`${directory}/memory.high`]: `${high}\n`,
    [`${directory}/memory.current`]: `${current}\n`,
    [`${directory}/memory.stat`]: `anon 7\nfile 9\ninactive_file ${inactive}\nactive_file 1\n`,
  };
}

test('the tightest of nested groups decides', (t) => {
  const files = (inner, outer) => ({
    'proc/self/cgroup': '0::/pod/app\n',
    'proc/self/mountinfo': V2,
    'sys/fs/cgroup/memory.stat': 'inactive_file 5\n',
    ...group('sys/fs/cgroup/pod', outer),
    ...group('sys/fs/cgroup/pod/app', inner),
  });
  const check = (inner, outer, bytes, limit) => {
    const room = cgroupRoom({ root: system(t, files(inner, outer)) });
    assert.deepEqual(
      room && { bytes: room.bytes, limit: room.limit },
      bytes === undefined ? undefined : { bytes, limit: `/sys/fs/cgroup/${limit}` },
    );
  };
  check({ max: 1000, current: 300 }, { max: 5000, current: 900 }, 700, 'pod/app/memory.max');
  check({ max: 1000, current: 300 }, { max: 1500, current: 1400 }, 100, 'pod/memory.max');
  check({ max: 1000, high: 500, current: 300 }, { current: 300 }, 200, 'pod/app/memory.high');
  check({ max: 1000, current: 900, inactive: 250 }, { current: 900 }, 350, 'pod/app/memory.max');
  check({ max: 1000, current: 900, inactive: 950 }, { current: 900 }, 1000, 'pod/app/memory.max');
  check({ max: 1000, current: 1200 }, { current: 900 }, 0, 'pod/app/memory.max');
  check({ current: 300 }, { current: 900 }, undefined);
});

test('a container that sees its own group at the top is understood', (t) => {
  const files = group('sys/fs/cgroup', { max: 1000, current: 1 });
  for (const own of ['0::/\n', '0::/docker/1f\n', '0::/../other\n']) {
    const root = system(t, { 'proc/self/cgroup': own, 'proc/self/mountinfo': V2, ...files });
    assert.equal(cgroupRoom({ root })?.bytes, 999, own);
  }
});

test('version 1 counts what may be dropped, and its huge number is no limit', (t) => {
  const files = (limit) => ({
    'proc/7/cgroup': '9:name=systemd:/x\n4:memory,hugetlb:/docker/1f\n0::/\n',
    'proc/7/mountinfo': V1.replace(' / /sys/fs/cgroup/memory', ' /docker /sys/fs/cgroup/me\\040mory'),
    'sys/fs/cgroup/me mory/memory.limit_in_bytes': '9223372036854771712\n',
    'sys/fs/cgroup/me mory/memory.usage_in_bytes': '5000\n',
    'sys/fs/cgroup/me mory/1f/memory.limit_in_bytes': `${limit}\n`,
    'sys/fs/cgroup/me mory/1f/memory.usage_in_bytes': '600\n',
    'sys/fs/cgroup/me mory/1f/memory.stat': 'inactive_file 3\ntotal_inactive_file 100\n',
  });
  assert.deepEqual(cgroupRoom({ pid: 7, root: system(t, files(2000)) }), {
    bytes: 1500,
    limit: '/sys/fs/cgroup/me mory/1f/memory.limit_in_bytes',
    limitBytes: 2000,
  });
  assert.equal(cgroupRoom({ pid: 7, root: system(t, files('9223372036854771712')) }), undefined);
});

test('without groups the machine decides, without anything nothing does', (t) => {
  const root = system(t, { 'proc/meminfo': 'MemTotal:       100 kB\nMemAvailable:     50 kB\n' });
  assert.deepEqual(memoryRoom({ root }), { bytes: 50 * 1024, limit: 'MemAvailable' });
  assert.equal(memoryRoom({ root: system(t, {}) }).bytes, Infinity);
  const both = system(t, {
    'proc/meminfo': 'MemAvailable: 50 kB\n',
    'proc/self/cgroup': '0::/\n',
    'proc/self/mountinfo': V2,
    ...group('sys/fs/cgroup', { max: 1000, current: 1 }),
  });
  assert.equal(memoryRoom({ root: both }).bytes, 999);
});

test('what the last capture cost replaces the worst case, for what was there then', () => {
  const MILLION = 1e6;
  const heap = { small: 100 * MILLION, large: 0 };
  const worst = estimate('zstd', heap);
  // 2.67 million nodes at 445 bytes and 7.5 million edges at 87.
  assert.ok(worst.memoryBytes > 1800 * MILLION && worst.memoryBytes < 1950 * MILLION, `${worst.memoryBytes}`);
  assert.ok(
    worst.storedBytes < estimate('gzip', heap).storedBytes &&
      estimate('gzip', heap).storedBytes < estimate('none', heap).storedBytes,
  );
  try {
    remember(heap, { nodeCount: 1000, edgeCount: 2000, rawBytes: 40_000 }, 5);
    const same = estimate('none', heap);
    assert.equal(same.memoryBytes, 32 * MB + 1000 * 445 + 2000 * 87);
    assert.deepEqual([same.storedBytes, same.pauseMs], [40_000, 5]);
    const grown = estimate('none', { small: 200 * MILLION, large: 0 });
    assert.equal(grown.memoryBytes, worst.memoryBytes + 1000 * 445 + 2000 * 87);
    assert.ok(estimate('none', { small: 50 * MILLION, large: 0 }).memoryBytes < same.memoryBytes);
    remember(heap, { nodeCount: 2000, edgeCount: 2000, rawBytes: 40_000 });
    assert.equal(estimate('none', heap).pauseMs, 5, 'a capture that did not hold the thread says nothing of pauses');
  } finally {
    forget();
  }
});

test('a refusal carries need and have', () => {
  const need = { memoryBytes: 500 * MB, storedBytes: 2 ** 60, pauseMs: 900 };
  const check = (options, expected) => {
    assert.throws(
      () => checkRoom(need, options),
      (error) => {
        for (const [name, value] of Object.entries(expected)) assert.equal(error[name], value, name);
        assert.ok(error.message.length > 40);
        return true;
      },
    );
  };
  check({ maxMemoryBytes: 100 * MB }, { code: 'HEAPHOUND_ERR_NO_HEADROOM', need: 500 * MB, have: 100 * MB });
  check({ directory: os.tmpdir(), maxMemoryBytes: 500 * MB }, { code: 'HEAPHOUND_ERR_NO_SPACE', need: 2 ** 60 });
  check({ maxPauseMs: 899 }, { code: 'HEAPHOUND_ERR_MAX_PAUSE', need: 900, have: 899 });
  // A budget bounds the file; another process stands still for itself; no directory is not our business here.
  assert.ok(checkRoom(need, { directory: os.tmpdir(), maxBytes: 10, maxPauseMs: 900 }).haveBytes > 500 * MB);
  checkRoom(need, { isInline: false, maxPauseMs: 1 });
  checkRoom(need, { directory: path.join(os.tmpdir(), 'missing', 'missing') });
});

/**
 * Where each version counts memory, and the file with its limit. Version 2 hands a controller down only when told to.
 */
const HIERARCHIES = {
  1: { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', handDown: () => {} },
  2: {
    root: '/sys/fs/cgroup',
    limit: 'memory.max',
    handDown: (directory) => fs.writeFileSync(path.join(directory, 'cgroup.subtree_control'), '+memory'),
  },
};
const NAME = `heaphound-test-${process.pid}`;

/** A real group with a group in it; the outer one has the limit. */
function realGroup(t, { root, limit, handDown }, bytes) {
  const outer = path.join(root, NAME);
  const inner = path.join(outer, 'inner');
  // Where the file is missing something else is mounted, or another version has the memory.
  if (!hasMemory(root)) return void t.skip(`memory is not counted in ${root}`);
  try {
    handDown(root);
    fs.mkdirSync(outer);
    handDown(outer);
    fs.writeFileSync(path.join(outer, limit), String(bytes));
    fs.mkdirSync(inner);
  } catch (error) {
    t.skip(`no such control group can be made here: ${error.message}`);
    return undefined;
  } finally {
    t.after(() =>
      [inner, outer].filter((directory) => fs.existsSync(directory)).forEach((directory) => fs.rmdirSync(directory)),
    );
  }
  return inner;
}

function hasMemory(root) {
  const controllers = path.join(root, 'cgroup.controllers');
  return (
    fs.existsSync(path.join(root, 'memory.limit_in_bytes')) ||
    (fs.existsSync(controllers) && /\bmemory\b/.test(fs.readFileSync(controllers, 'utf8')))
  );
}

for (const [version, hierarchy] of Object.entries(HIERARCHIES))
  test(
    `in a real control group of version ${version} a capture that would be killed is refused`,
    { skip: process.platform !== 'linux' },
    (t) => {
      const inner = realGroup(t, hierarchy, 300 * MB);
      if (inner === undefined) return;
      const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
      t.after(() => fs.rmSync(dir, { recursive: true }));
      const code = `
    const { captureSnapshot } = require(${JSON.stringify(ROOT)});
    globalThis.kept = Array.from({ length: +process.argv[1] }, (_, index) => ({ index, next: { index } }));
    captureSnapshot({ dir: ${JSON.stringify(dir)} }).then(
      (result) => console.log(JSON.stringify({ nodes: result.nodeCount })),
      (error) => console.log(JSON.stringify({ code: error.code, need: error.need, have: error.have, message: error.message })));
  `;
      // The shell moves itself into the group, then becomes Node.
      const run = (length) => {
        const script = 'echo $$ > "$1/cgroup.procs" && exec "$2" -e "$3" "$4"';
        const { status, stdout, stderr } = spawnSync(
          'sh',
          ['-c', script, 'sh', inner, process.execPath, code, String(length)],
          { encoding: 'utf8' },
        );
        assert.equal(status, 0, stderr);
        return JSON.parse(stdout);
      };
      const refused = run(300_000);
      assert.equal(refused.code, 'HEAPHOUND_ERR_NO_HEADROOM');
      assert.ok(refused.need > refused.have && refused.have > 0 && refused.have < 300 * MB, JSON.stringify(refused));
      assert.ok(refused.message.includes(`${NAME}/${hierarchy.limit}`), refused.message);
      assert.ok(run(10).nodes > 1000, 'a small heap has room there');
    },
  );
