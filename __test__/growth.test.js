'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const { captureSnapshot, findLeaks } = require('..');
const { alarmOf } = require('../lib/watch/alarm');
const { assertAccounted } = require('./helpers/accounting');
const { heaphound: run } = require('./helpers/command-line');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-growth-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** @param {string[]} words */
const heaphound = (...words) => run(words, { environment: { COLUMNS: '80' } });

/** @param {string} name */
const filesOf = (name) =>
  [1, 2, 3].map((at) => path.join(__dirname, 'fixtures', 'growth', `${name}-${at}.heapsnapshot.gz`));
/** Every way to compare: with ids and without, three snapshots and two. */
const WAYS = ['ids', 'structure'].flatMap((compareBy) => [3, 2].map((snapshots) => ({ compareBy, snapshots })));

describe('a leak that only the stack holds', () => {
  for (const { compareBy, snapshots } of WAYS) {
    it(`is a leak of the variable of the running function, by ${compareBy}, over ${snapshots} snapshots`, async () => {
      const document = await findLeaks(filesOf('held-by-the-stack').slice(0, snapshots), { compareBy });
      const { leaks, oneOff, verdict, accounting } = document;
      assertAccounted(document);
      assert.equal(verdict, 'leak');
      assert.deepEqual(
        accounting.lines.map(({ what }) => what),
        ['leak'],
      );
      assert.deepEqual(
        leaks.map(({ className, kind }) => [className, kind]),
        [['CustomerSession', 'growing-map']],
      );
      assert.deepEqual(leaks[0].retainingPath.map(({ name }) => name).slice(0, 4), [
        '(GC roots)',
        '(Stack roots)',
        'system / Context',
        'Map',
      ]);
      assert.ok(
        leaks[0].evidence.includes(
          'a function that ran while the snapshots were taken holds it, and nothing else does',
        ),
      );
      assert.deepEqual(oneOff, []);
    });
  }
});

describe('growth that nothing in the files holds', () => {
  const files = filesOf('map-of-bun');

  for (const snapshots of [3, 2]) {
    it(`is no leak and no code: nobody can tell, over ${snapshots} snapshots`, async () => {
      const document = await findLeaks(files.slice(0, snapshots));
      assertAccounted(document);
      const { accounting, verdict, oneOff } = document;
      assert.equal(verdict, 'unknown');
      const [line] = accounting.lines;
      assert.equal(line.what, 'unheld');
      assert.ok(line.size > 0.9 * accounting.size && accounting.unexplainedSize >= line.size);
      const session = line.classes.find(({ className }) => className === 'Session');
      assert.deepEqual(session.countGrowth, [211, 211].slice(0, snapshots - 1));
      assert.ok(
        oneOff.every(({ size }) => size < 0.05 * accounting.size),
        'none of it is called code',
      );
    });
  }

  it('is the first line of leaks and of check, which end with exit code 4', async () => {
    const leaks = await heaphound('leaks', ...files);
    assert.match(leaks.stdout, /^Cannot tell: \d+ kB of the \d+ kB that grew are without an explanation\./);
    assert.match(leaks.stdout, /Session \+211, \+211/);
    assert.doesNotMatch(leaks.stdout, /^No leak(?! was found)/m);
    assert.equal(leaks.code, 4);
    assert.match(
      (await heaphound('leaks', ...files, '--all')).stdout,
      /All that grew\n +unheld .*\n(.*\n)* +all +\+\d+ kB/,
    );
    const baseline = path.join(folder, 'empty.json');
    fs.writeFileSync(baseline, JSON.stringify({ version: 1, leaks: [] }));
    const check = await heaphound('check', '--baseline', baseline, ...files);
    assert.match(check.stdout, /^Cannot tell: /);
    assert.equal(check.code, 4);
    const json = JSON.parse((await heaphound('check', '--baseline', baseline, ...files, '--json')).stdout);
    assert.equal(json.verdict, 'unknown');
  });
});

describe('growth outside of the heap', () => {
  const files = filesOf('held-by-the-stack');
  const MB = 1e6;

  /**
   * The same snapshot three times over, as far as the heap goes, with what the process took.
   *
   * @param {string} name
   * @param {object[]} memories
   */
  const filesWith = (name, memories) =>
    memories.map((memory, at) => {
      const file = path.join(folder, `${name}-${at}.heapsnapshot.gz`);
      fs.copyFileSync(files[0], file);
      fs.writeFileSync(
        `${file}.json`,
        JSON.stringify({ version: 1, startedAt: `2026-11-28T10:00:0${at}.000Z`, memory }),
      );
      return file;
    });
  const SAME_HEAP = { compareBy: 'ids', allow: ['same'] };
  const memory = (rss, more = {}) => ({
    rss: rss * MB,
    heapTotal: 20 * MB,
    heapUsed: 10 * MB,
    external: MB,
    arrayBuffers: 0,
    ...more,
  });

  it('is a finding of its own where the heap does not explain it', async () => {
    const native = filesWith(
      'native',
      [100, 500, 1000].map((rss) => memory(rss, { malloc: { inUse: rss * 0.9 * MB, free: MB } })),
    );
    const document = await findLeaks(native, SAME_HEAP);
    const { verdict, outside, accounting, leaks } = document;
    assert.deepEqual([verdict, leaks, accounting.isExplained], ['unknown', [], true]);
    assert.deepEqual([outside.rssGrowth, outside.outsideSize, outside.isUnexplained], [900 * MB, 900 * MB, true]);
    const { stdout, code } = await heaphound('leaks', ...native, '--compare-by', 'ids', '--allow', 'same');
    assert.match(
      stdout,
      /^Cannot tell: the process grew by 900 MB \(RSS\), the snapshots explain 0 B: native memory or the\sallocator\./,
    );
    assert.match(stdout, /in use, says malloc/);
    assert.equal(code, 4);
  });

  it('is none where Buffers, pages of V8 or the first capture explain it, or where it stopped', async () => {
    const growths = {
      buffers: [100, 500, 1000].map((rss) => memory(rss, { external: rss * MB, arrayBuffers: rss * MB })),
      pages: [100, 500, 1000].map((rss) => memory(rss, { heapTotal: rss * MB })),
      firstCapture: [100, 500, 505].map((rss) => memory(rss)),
      slows: [100, 500, 600].map((rss) => memory(rss)),
      little: [100, 110, 120].map((rss) => memory(rss)),
      twoOfThem: [100, 500].map((rss) => memory(rss)),
    };
    for (const [name, memories] of Object.entries(growths)) {
      const { verdict, outside } = await findLeaks(filesWith(name, memories), SAME_HEAP);
      assert.equal(outside.isUnexplained, false, name);
      assert.equal(verdict, 'none', name);
    }
  });

  it('is unknown where a sidecar has no numbers, or none that can be', async () => {
    for (const broken of [
      undefined,
      null,
      7,
      { rss: 'much' },
      memory(-1),
      memory(100, { malloc: 5 }),
      memory(100, { cgroup: { usedBytes: null } }),
    ]) {
      const { outside, verdict } = await findLeaks(filesWith('broken', [memory(100), broken, memory(900)]), SAME_HEAP);
      assert.deepEqual([outside, verdict], [undefined, 'none'], JSON.stringify(broken));
    }
  });

  it('comes from the sidecar, which has the process and not its copy', async () => {
    for (const mode of ['inline', 'auto']) {
      const file = path.join(folder, `own-${mode}.heapsnapshot.zst`);
      const held = Buffer.alloc(50 * MB, 1);
      const { memory: taken } = await captureSnapshot({ path: file, mode });
      assert.deepEqual(JSON.parse(fs.readFileSync(`${file}.json`, 'utf8')).memory, taken);
      assert.ok(
        taken.rss > held.length && taken.rss <= 2 * process.memoryUsage.rss() + 100 * MB,
        JSON.stringify(taken),
      );
      assert.ok(taken.arrayBuffers >= held.length && taken.heapUsed <= taken.heapTotal);
      if (process.platform === 'linux' && process.report.getReport().header.glibcVersionRuntime >= '2.33')
        assert.ok(taken.malloc.inUse > 0);
    }
  });
});

describe('an alarm whose verdict is unknown', () => {
  const finding = { level: 400e6, slope: 1e5, heapLimit: 1e9 };
  const alarm = (document) =>
    alarmOf('heap-trend', { diagnosis: 'it rises' }, finding, { snapshots: [], document, skipped: [] });

  it('says what is not explained, in the heap and outside of it', async () => {
    const inside = alarm(await findLeaks(filesOf('map-of-bun')));
    assert.match(
      inside.message,
      /; Cannot tell: 445 kB of the 452 kB that grew are without an explanation\. .*Session/,
    );
    assert.equal(inside.verdict, 'unknown');
    const outside = alarm({
      verdict: 'unknown',
      leaks: [],
      snapshots: [],
      accounting: { isExplained: true, lines: [] },
      outside: { isUnexplained: true, rssGrowth: 9e8, explainedSize: 1e6, externalGrowth: 0 },
    });
    assert.match(
      outside.message,
      /; Cannot tell: the process grew by 900 MB \(RSS\), the snapshots explain 1\.0 MB: native memory or the allocator\./,
    );
    assert.match(alarm({ verdict: 'none', leaks: [] }).message, /a minute$/);
  });
});
