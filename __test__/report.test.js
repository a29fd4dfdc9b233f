'use strict';

// One document behind every form of an answer: its schema, its stability, what is in it and what is not.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { promisify } = require('node:util');
const Ajv = require('ajv').default;
const { compareReports, leanReport, makeReport } = require('..');
const { FILE, reportSchema } = require('../scripts/report-schema');

const cases = path.join(__dirname, '..', 'examples', 'leaks');
const run = promisify(execFile);

/** @type {string} */
let directory;
/** @type {string[]} */
let files;
/** @type {import('..').ReportDocument} */
let report;
/** @type {import('..').ReportDocument} */
let single;

before(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
  await run(process.execPath, [path.join(cases, 'run.js'), './event-listeners', path.join(directory, 'a')]);
  files = ['A', 'B', 'C'].map((name) => path.join(directory, 'a', `${name}.heapsnapshot`));
  report = await makeReport(files);
  single = await makeReport([files[2]]);
});

after(() => fs.rmSync(directory, { recursive: true }));

test('the schema is that of the types, and reports are valid by it', () => {
  const text = reportSchema();
  if (process.env.UPDATE_EXPECT) fs.writeFileSync(FILE, text);
  const stale = 'a type of the report changed: UPDATE_EXPECT=1 node --test __test__/report.test.js';
  assert.equal(fs.readFileSync(FILE, 'utf8'), text, stale);
  const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(text));
  for (const document of [report, single]) assert.ok(validate(document), JSON.stringify(validate.errors));
  assert.ok(!validate({ ...report, entries: [{ ...report.entries[0], headline: 1 }] }));
});

test('it has the leak in sentences and numbers, with its own line and what that looks like', () => {
  const [entry] = report.entries;
  assert.equal(report.verdict.title, '1 leak');
  assert.deepEqual(
    [entry.className, entry.kind, entry.growth.counts],
    ['RequestScope', 'event-listeners', [0, 101, 202]],
  );
  assert.match(entry.own.at, /event-listeners\.js:16:23$/);
  assert.deepEqual([entry.own.place.source.before.length, entry.own.place.source.after.length], [2, 2]);
  assert.match(entry.own.sourceHash, /^[0-9a-f]{16}$/);
  assert.equal(
    report.account.lines.reduce((sum, line) => sum + line.size, 0),
    report.account.total,
  );
});

test('stretches of a path that say little are folded, and no step is lost', () => {
  const [entry] = report.entries;
  const steps = entry.path.flatMap((line) => (line.sort === 'fold' ? line.steps : [line]));
  assert.deepEqual(
    steps.map(({ id }) => id),
    report.leaks.leaks[0].retainingPath.map(({ id }) => id),
  );
  assert.ok(entry.path.length <= 9 && entry.path.some(({ sort }) => sort === 'fold'));
  assert.equal(entry.path.filter((line) => line.cut).length, 1);
});

test('classes have their numbers in each snapshot', async () => {
  const { openSnapshot } = require('..');
  const row = report.classes.find(({ name }) => name === 'RequestScope');
  for (const [at, file] of files.entries()) {
    const snapshot = await openSnapshot(file);
    const { classes } = await snapshot.summary();
    await snapshot.close();
    const own = classes.find(({ key }) => key === row.key) ?? { count: 0, shallowSize: 0 };
    assert.deepEqual([row.counts[at], row.sizes[at]], [own.count, own.shallowSize]);
  }
});

test('copies of the files in another folder give the same bytes, in any order', async () => {
  const other = path.join(directory, 'b');
  fs.mkdirSync(other);
  const copies = files.map((file) => path.join(other, path.basename(file)));
  files.forEach((file, at) => fs.copyFileSync(file, copies[at]));
  const again = await makeReport([copies[2], copies[0], copies[1]]);
  // The order of the call is told, and changes nothing else.
  const parts = ({ entries, account, classes, boxes, packages }) =>
    JSON.stringify([entries, account, classes, boxes, packages]);
  assert.ok(parts(again) === parts(report));
  assert.match(again.verdict.doubts[0], /^Sorted/);
  assert.ok(JSON.stringify(await makeReport(copies)) === JSON.stringify(report));
  assert.ok(!JSON.stringify(report).includes(directory));
});

test('contents of strings are in it only when asked for', async () => {
  const whole = await makeReport([files[2]], { withStrings: true });
  assert.ok(whole.strings.groups.every(({ value }) => typeof value === 'string'));
  assert.ok(whole.contents.strings > 0);
  assert.ok(single.strings.groups.every((group) => !('value' in group)));
  assert.equal(single.contents.strings, 0);
  assert.ok(single.contents.stringsLeftOut > 0);
  for (const group of whole.strings.groups.filter(({ value }) => value.length > 40))
    assert.ok(!JSON.stringify(single).includes(JSON.stringify(group.value)));
});

test('the lean form says the same in few words', () => {
  const lean = leanReport(report);
  const [entry] = lean.entries;
  assert.equal(entry.headline, report.entries[0].headline);
  assert.match(entry.place, /event-listeners\.js:16:23$/);
  // Three characters a token is more than any tokenizer needs for English and code.
  for (const one of lean.entries) assert.ok(JSON.stringify(one).length < 3000);
  const long = 'x'.repeat(100_000);
  const step = { sort: 'step', id: 1, sign: '', reference: long, object: long, remark: '', place: long };
  const huge = { ...report.entries[0], headline: long, advice: long, cut: long, path: Array(9).fill(step) };
  assert.ok(JSON.stringify(leanReport({ ...report, entries: [huge] }).entries).length < 6000);
});

test('two reports are compared: what is missing, and what is new', () => {
  const healthy = { ...report, entries: [], leaks: { ...report.leaks, leaks: [] } };
  const state = (older, newer) => compareReports(older, newer).changes.map((change) => change.state);
  assert.deepEqual(state(report, report), ['same']);
  assert.deepEqual(state(report, healthy), ['missing']);
  assert.deepEqual(state(healthy, report), ['new']);
  assert.match(compareReports(report, healthy).doubts[0], /verify/);
  assert.deepEqual(compareReports(report, report).classes, []);
  assert.throws(() => compareReports(report, single), { code: 'HEAPHOUND_ERR_OPTION' });
});
