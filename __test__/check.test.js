'use strict';

// `heaphound check` and `heaphound explain` over real snapshots.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const zlib = require('node:zlib');
const { readReport } = require('..');
const { HOSTILE } = require('./helpers/leak-document');
const { heaphound } = require('./helpers/command-line');
const { AFTER, BEFORE } = require('./helpers/golden');

let folder;
let baseline;
let fingerprints;
before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-check-'));
  baseline = path.join(folder, 'heap.json');
  fingerprints = JSON.parse((await heaphound(['leaks', BEFORE, AFTER, '--json'])).stdout)
    .leaks.map((leak) => leak.fingerprint)
    .sort();
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const check = (...args) => heaphound(['check', BEFORE, AFTER, '--baseline', baseline, ...args]);
const read = () => JSON.parse(fs.readFileSync(baseline, 'utf8'));
const write = (value) => fs.writeFileSync(baseline, typeof value === 'string' ? value : JSON.stringify(value));

describe('check', () => {
  it('wants a baseline, and tells how to get one', async () => {
    const { code, stdout, stderr } = await check();
    assert.deepEqual([code, stdout], [3, '']);
    assert.match(
      stderr,
      /^error HEAPHOUND_ERR_BASELINE: the baseline .*heap\.json does not exist: write the first one with --update\n$/,
    );
  });

  it('leaves a report of a failure, with the new leaks alone, and none of a success', async () => {
    const page = path.join(folder, 'failure.html');
    const [known, ...fresh] = fingerprints;
    write({ version: 1, leaks: [{ fingerprint: known }] });
    const { code, stdout } = await check('--report', page);
    assert.equal(code, 1);
    assert.match(stdout, /\n\S*failure\.html {2}[\d.]+ kB\n/);
    const { entries } = readReport(fs.readFileSync(page, 'utf8'), page);
    assert.deepEqual(entries.map((entry) => entry.fingerprint).sort(), fresh);
    fs.rmSync(page);
    await check('--update');
    assert.equal((await check('--report', page)).code, 0);
    assert.equal(fs.existsSync(page), false);
    assert.equal((await check('--report', path.join(folder, 'failure.pdf'))).code, 2);
    fs.rmSync(baseline);
  });

  it('names a baseline that is missing, and not the directory of the snapshots', async () => {
    const sequence = path.join(__dirname, 'fixtures', 'sequence');
    const missing = await heaphound(['check', '--baseline', path.join(folder, 'none.json'), sequence]);
    assert.match(missing.stderr, /^error HEAPHOUND_ERR_BASELINE: the baseline \S*none\.json does not exist/);
    assert.equal(missing.stderr.includes(sequence), false);
  });

  it('writes one that is sorted and the same each time, and is content with it', async () => {
    assert.match((await check('--update')).stdout, /heap\.json: 3 leaks\n$/);
    const first = fs.readFileSync(baseline, 'utf8');
    assert.deepEqual(
      read().leaks.map((entry) => entry.fingerprint),
      fingerprints,
    );
    assert.deepEqual(Object.keys(read().leaks[0]).slice(0, 3), ['fingerprint', 'className', 'container']);
    await check('--update');
    assert.equal(fs.readFileSync(baseline, 'utf8'), first);
    const { code, stdout } = await check();
    assert.equal(code, 0);
    assert.match(stdout, /^0 new leaks, 3 known ones, 0 ones of the baseline gone\.$/m);
    // It knows of three leaks: it does not say that there is none.
    assert.match(stdout, /^No new leak over 2 snapshots .*\n3 leaks of the baseline are still there\./);
    for (const fingerprint of fingerprints)
      assert.match(stdout, new RegExp(`^ {3}\\S+ \\+[\\d,]+.* in .*\\[${fingerprint}\\]$`, 'm'));
    assert.doesNotMatch(stdout, /Nothing accumulated|nothing accumulates|^No leak/m);
    const markdown = (await check('--markdown')).stdout;
    assert.match(markdown, /^### No new leak\n/);
    for (const fingerprint of fingerprints) assert.ok(markdown.includes(fingerprint));
    assert.deepEqual(fs.readdirSync(folder), ['heap.json'], 'nothing else is left');
  });

  it('fails for what is new and tells what is gone', async () => {
    const [known] = read().leaks;
    write({ version: 1, leaks: [known, { fingerprint: 'gone' }] });
    const { code, stdout } = await check();
    assert.equal(code, 1);
    assert.match(stdout, new RegExp(`heaphound explain ${fingerprints[1]}`));
    assert.match(stdout, /^2 new leaks, 1 known one, 1 one of the baseline gone\. --update takes those out\.$/m);
    const document = JSON.parse((await check('--json')).stdout);
    assert.deepEqual(document.leaks.map((leak) => leak.fingerprint).sort(), fingerprints.slice(1));
    assert.deepEqual([document.known, document.gone], [[fingerprints[0]], [{ fingerprint: 'gone' }]]);
    const {
      runs: [{ results }],
    } = JSON.parse((await check('--sarif')).stdout);
    assert.deepEqual(results.map((result) => result.baselineState).sort(), ['new', 'new', 'unchanged']);
  });

  it('keeps a note', async () => {
    write({ version: 1, leaks: [{ fingerprint: fingerprints[0], note: 'until the cache is gone' }] });
    await check('--update');
    assert.deepEqual(
      read().leaks.map((entry) => entry.note),
      ['until the cache is gone', undefined, undefined],
    );
  });

  it('says what is wrong with a broken one, and writes it anew', async () => {
    for (const [content, message] of [
      ['{', /is no JSON/],
      ['{}', /no baseline of version 1/],
      ['null', /no baseline of version 1/],
      ['{"version":1,"leaks":[7]}', /has no list `leaks`/],
    ]) {
      write(content);
      const { code, stderr } = await check();
      assert.equal(code, 3, content);
      assert.match(stderr, /^error HEAPHOUND_ERR_BASELINE: /, content);
      assert.match(stderr, message, content);
    }
    assert.equal((await check('--update')).code, 0);
    assert.equal(read().leaks.length, 3);
    const { code, stderr } = await heaphound([
      'check',
      BEFORE,
      AFTER,
      '--baseline',
      path.join(folder, 'no', 'folder.json'),
      '--update',
    ]);
    assert.equal(code, 3);
    assert.match(stderr, /HEAPHOUND_ERR_BASELINE: .* cannot be written/);
  });

  it('annotates in GitHub Actions', async () => {
    write({ version: 1, leaks: [] });
    const { stdout } = await heaphound(['check', BEFORE, AFTER, '--baseline', baseline], {
      environment: { GITHUB_ACTIONS: 'true' },
    });
    assert.match(stdout, /^::stop-commands::/);
    assert.equal([...stdout.matchAll(/^::(error|warning|notice) /gm)].length, 3);
    const { stdout: sarif, stderr } = await check('--sarif', '--github');
    JSON.parse(sarif);
    assert.equal([...stderr.matchAll(/^::(error|warning|notice) /gm)].length, 3);
  });
});

describe('explain', () => {
  it('tells everything of one leak, by the beginning of its fingerprint', async () => {
    const [fingerprint] = fingerprints;
    const { code, stdout } = await heaphound(['explain', fingerprint.slice(0, 6), BEFORE, AFTER]);
    assert.equal(code, 0);
    for (const title of [
      'Growth',
      'Why it stays alive',
      'What one of them is made of',
      'Some of them',
      'If this is as it should be',
    ]) {
      assert.match(stdout, new RegExp(`^ {3}${title}$`, 'm'));
    }
    assert.match(stdout, /^ {3}✓ global @\d+\n {7}\S/m);
    const { leak } = JSON.parse((await heaphound(['explain', fingerprint, BEFORE, AFTER, '--json'])).stdout);
    assert.equal(leak.fingerprint, fingerprint);
  });

  it('names the snapshots as they were taken: of a directory, and given in another order', async () => {
    const heaps = path.join(folder, 'heaps');
    fs.mkdirSync(heaps);
    const [older, newer] = [BEFORE, AFTER].map((file, at) => path.join(heaps, `heap-${at + 9}.heapsnapshot.gz`));
    fs.copyFileSync(BEFORE, older);
    fs.copyFileSync(AFTER, newer);
    for (const given of [[heaps], [newer, older]]) {
      const { stdout } = await heaphound(['explain', fingerprints[0], ...given]);
      assert.match(stdout, /^ {3}Growth\n +heap-9 → heap-10\n {3}objects +\+\d/m);
      const [, file, id] = /^ {3}heaphound node (\S+) @(\d+)$/m.exec(stdout);
      assert.equal(file, newer);
      assert.equal((await heaphound(['node', file, `@${id}`])).code, 0);
    }
  });

  it('is printed by leaks with the options by which the leak was found', async () => {
    const options = [
      '--operations',
      '200',
      '--compare-by',
      'structure',
      '--order',
      'given',
      '--allow',
      'same,unrelated',
      '--ignore',
      'Foo,Bar',
      '--ignore',
      '/a b/',
      '--no-source-maps',
    ];
    const { stdout } = await heaphound(['leaks', BEFORE, AFTER, '--root', folder, ...options]);
    const [line] = /^ {3}heaphound explain .*$/m.exec(stdout);
    const words = line
      .trim()
      .split(/ (?=(?:[^']*'[^']*')*[^']*$)/)
      .slice(1)
      .map((word) => word.replaceAll("'", ''));
    assert.deepEqual([...words.slice(2, 4), ...words.slice(4).sort()], [BEFORE, AFTER, ...options.toSorted()]);
    const explained = await heaphound(words);
    assert.equal(explained.code, 0, explained.stderr);
    assert.match(explained.stdout, /^ {3}heaphound leaks .* --allow same,unrelated .*--ignore \w{16}$/m);
  });

  it('lists what there is when the fingerprint is wrong', async () => {
    const { code, stderr } = await heaphound(['explain', 'zz', BEFORE, AFTER]);
    assert.equal(code, 2);
    for (const fingerprint of fingerprints) assert.ok(stderr.includes(fingerprint));
    assert.match(
      (await heaphound(['explain', 'zz', AFTER, AFTER, '--allow', 'same'])).stderr,
      /there is no leak at all/,
    );
  });
});

describe('a hostile heap', () => {
  it('does nothing in any form', async () => {
    const files = [BEFORE, AFTER].map((file, at) => {
      const text = zlib
        .gunzipSync(fs.readFileSync(file))
        .toString('utf8')
        .replaceAll('"Session"', JSON.stringify(HOSTILE));
      const hostile = path.join(folder, `${at}.heapsnapshot`);
      fs.writeFileSync(hostile, text);
      return hostile;
    });
    for (const format of [['--all', '--path', 'full'], ['--markdown'], ['--github'], ['--sarif']]) {
      const { code, stdout, stderr } = await heaphound(['leaks', ...files, ...format]);
      assert.equal(code, 1, stderr);
      // eslint-disable-next-line no-control-regex
      assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/, format.join(' '));
      assert.doesNotMatch(stdout, /^\s*::error file=\/etc/m, format.join(' '));
      if (format[0] === '--sarif') JSON.parse(stdout);
    }
  });
});
