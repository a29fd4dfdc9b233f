'use strict';

// The page of a report, and the command that writes every form.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { promisify } = require('node:util');
const { makeReport, readReport, reportPage } = require('..');

const cli = path.join(__dirname, '..', 'cli', 'main.js');
const cases = path.join(__dirname, '..', 'examples', 'leaks');
const run = promisify(execFile);

/** @type {string} */
let directory;
/** @type {string[]} */
let files;
/** @type {import('..').ReportDocument} */
let report;

before(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
  await run(process.execPath, [path.join(cases, 'run.js'), './event-listeners', path.join(directory, 'a')]);
  files = ['A', 'B', 'C'].map((name) => path.join(directory, 'a', `${name}.heapsnapshot`));
  report = await makeReport(files);
});

after(() => fs.rmSync(directory, { recursive: true }));

test('a report is read again from its JSON and from its page', () => {
  const page = reportPage(report);
  assert.ok(page.length < 300_000, `${page.length} bytes`);
  assert.deepEqual(readReport(page, 'a.html'), JSON.parse(JSON.stringify(report)));
  assert.deepEqual(readReport(JSON.stringify(report), 'a.json'), JSON.parse(JSON.stringify(report)));
  assert.equal(reportPage(report), page);
  for (const wrong of ['', '{}', '[1]', 'null', '<html></html>', '{"schema":"heaphound.report/9"}']) {
    assert.throws(() => readReport(wrong, 'x.json'), { code: 'HEAPHOUND_ERR_REPORT' }, wrong);
  }
  const members = [
    { entries: 'x' },
    { entries: null },
    { snapshots: [{ a: 1 }] },
    { verdict: null },
    { leaks: null },
    { account: { total: '1', lines: [] } },
    { boxes: { totalSize: 1, box: 'x' } },
    { entries: [{ ...report.entries[0], growth: { ...report.entries[0].growth, countGrowth: ['101', '<b>'] } }] },
  ];
  for (const member of members) {
    const text = JSON.stringify({ ...report, ...member });
    assert.throws(() => readReport(text, 'x.json'), { code: 'HEAPHOUND_ERR_REPORT' }, JSON.stringify(member));
  }
  const open = '{"name":"","count":1,"size":1,"ownSize":1,"children":[';
  const deep = JSON.stringify({ ...report, boxes: { totalSize: 1, box: 0 } }).replace(
    '"box":0',
    () => `"box":${open.repeat(50_000)}${']}'.repeat(50_000)}`,
  );
  assert.throws(() => readReport(deep, 'x.json'), { code: 'HEAPHOUND_ERR_REPORT' });
  const bomb = page.replace(/(id="heaphound-data">)[A-Za-z0-9+/=]*/, '$1AAAA');
  assert.throws(() => readReport(bomb, 'x.html'), { code: 'HEAPHOUND_ERR_REPORT' });
});

test('the command writes every form, and never over what is no report', async () => {
  const to = (name) => path.join(directory, name);
  const { stdout } = await run(process.execPath, [cli, 'report', ...files, '-o', to('r.html')]);
  assert.match(stdout, /^.*r\.html {2}[\d.]+ kB\n1 leak over 3 snapshots/);
  assert.match(stdout.replaceAll(/\s+/g, ' '), /Inside: .* and no contents of strings \(\d+ left out\)\./);
  for (const name of ['r.json', 'r.md', 'r.sarif']) {
    await run(process.execPath, [cli, 'report', '--from', to('r.html'), '--out', to(name)]);
    await run(process.execPath, [cli, 'report', '--from', to('r.html'), '--out', to(name)]);
  }
  assert.ok(fs.readFileSync(to('r.json'), 'utf8') === `${JSON.stringify(report)}\n`);
  const leaks = (form) => run(process.execPath, [cli, 'leaks', ...files, form]).catch((error) => error);
  const { stdout: sarif } = await leaks('--sarif');
  assert.deepEqual(
    JSON.parse(fs.readFileSync(to('r.sarif'), 'utf8')).runs[0].results,
    JSON.parse(sarif).runs[0].results,
  );
  const { stdout: markdown } = await leaks('--markdown');
  assert.equal(fs.readFileSync(to('r.md'), 'utf8'), markdown);
  fs.writeFileSync(to('notes.html'), 'notes');
  for (const [args, part] of [
    [[...files, '--out', to('notes.html')], 'HEAPHOUND_ERR_EXISTS'],
    [[...files, '--out', to('r.pdf')], 'the ending says the form'],
    [[...files], 'needs --out FILE'],
    [['--from', to('r.json'), ...files], 'cannot be used together'],
    [['--from', files[0]], 'HEAPHOUND_ERR_REPORT'],
    [['--from', to('none.json')], `error HEAPHOUND_ERR_IO: ${to('none.json')} cannot be read: ENOENT`],
    [[files[2], '--out', to('no/r.html')], `error HEAPHOUND_ERR_IO: ${to('no/r.html')} cannot be written: ENOENT`],
    [['--compare', to('r.json')], 'takes two reports'],
    [['--compare', to('r.json'), to('r.json'), '--out', to('c.html')], '--out cannot be used with --compare'],
    [['--from', to('r.json'), '--with-strings', '--lean'], '--with-strings cannot be used with --from'],
    [[files[2], '--sarif'], 'SARIF has places of leaks'],
  ]) {
    const failed = await run(process.execPath, [cli, 'report', ...args]).catch((error) => error);
    assert.ok(failed.stderr?.includes(part) && failed.code !== 0, `${args}: ${failed.stderr}`);
  }
  assert.equal(fs.readFileSync(to('notes.html'), 'utf8'), 'notes');
  const { stdout: changes } = await run(process.execPath, [cli, 'report', '--compare', to('r.json'), to('r.html')]);
  assert.match(changes, /same +RequestScope +101 → 101 objects an interval/);
});
