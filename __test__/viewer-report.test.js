'use strict';

// A report in a browser: it opens from a file and asks nobody for anything, each view has the numbers of its document,
// and the keyboard is enough.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { pathToFileURL } = require('node:url');
const { promisify } = require('node:util');
const { makeReport, reportPage } = require('..');
const { assertQuiet, cellsOf, findings, goTo, launch, openPage, skip } = require('./helpers/browser');
const { count, countDelta, percent, size, sizeDelta } = require('../words/numbers');
const { label } = require('../words/text');

const cases = path.join(__dirname, '..', 'examples', 'leaks');
const run = promisify(execFile);
/** Of the contract with people who mail it. */
const LARGEST = 300_000;
const VIEWS = [
  ['/leaks', 'leak'],
  ['/leak/1', 'RequestScope'],
  ['/compare', 'Compare'],
  ['/s/2/classes', 'Classes'],
  ['/s/2/dominators', 'Who keeps how much'],
  ['/s/2/strings', 'Strings'],
  ['/s/2/consists', 'What it consists of'],
  ['/s/2/packages', 'Whose the objects are'],
];

/** @type {string} */
let directory;
/** @type {import('..').ReportDocument} */
let report;
/** @type {string} */
let file;
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
  if (skip) return;
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
  const launched = launch();
  await run(process.execPath, [path.join(cases, 'run.js'), './event-listeners', directory]);
  const files = ['A', 'B', 'C'].map((name) => path.join(directory, `${name}.heapsnapshot`));
  report = await makeReport(files);
  file = write('report.html', report);
  browser = await launched;
});

after(async () => {
  await browser?.close();
  if (directory) fs.rmSync(directory, { recursive: true });
});

/**
 * @param {string} name
 * @param {import('..').ReportDocument} document
 */
function write(name, document) {
  const written = path.join(directory, name);
  fs.writeFileSync(written, reportPage(document));
  return pathToFileURL(written).href;
}

/** @param {Parameters<typeof openPage>[1]} [how] */
async function openReport(how, address = file) {
  const opened = await openPage(browser, how);
  await opened.page.goto(address);
  await opened.page.locator('h1').waitFor();
  return opened;
}

/** @param {number} part @param {number} total */
const share = (part, total) => {
  const value = (part / total) * 100;
  return part !== 0 && value < 1 ? '< 1 %' : percent(part, total) || '0 %';
};

test('it opens from a file, asks nobody for anything, and is small', { skip }, async () => {
  const opened = await openReport();
  assert.equal(
    await opened.page.locator('h1').innerText(),
    report.verdict.headline.replaceAll(/(\d) (MB)/g, '$1\u00a0$2'),
  );
  assert.deepEqual(opened.requests, [file]);
  assertQuiet(opened);
  const bytes = fs.statSync(new URL(file)).size;
  assert.ok(bytes < LARGEST, `${bytes} bytes`);
  await opened.page.context().close();
});

test('a card has the sentence, the line, the cut and the reasons', { skip }, async () => {
  const { page } = await openReport();
  const [entry] = report.entries;
  const card = page.locator('.card').first();
  const text = (await card.innerText()).replaceAll('\u00a0', ' ');
  for (const part of [...entry.headline.split(': '), entry.own.at, entry.cut, entry.confidence])
    assert.ok(text.includes(part), `${part} is not in ${text}`);
  const { line, text: source } = entry.own.place.source;
  const marked = await card.locator('.is-marked').innerText();
  assert.ok(marked.includes(String(line)) && marked.includes(source.trim()), marked);
  assert.equal(await card.locator('pre .line').count(), 5);
  assert.match(await card.locator('svg').getAttribute('aria-label'), /A: 0, B: \+101, C: \+202\./);
  await page.context().close();
});

test('the path of a leak is a list with a fold, which opens', { skip }, async () => {
  const { page } = await openReport();
  await goTo(page, '/leak/1', 'RequestScope');
  const [entry] = report.entries;
  const steps = page.locator('.chain .step');
  const fold = entry.path.find((line) => line.sort === 'fold');
  assert.equal(await steps.count(), entry.path.filter((line) => line.sort === 'step').length);
  await page.locator('.fold button', { hasText: fold.text }).click();
  assert.equal(await steps.count(), report.leaks.leaks[0].retainingPath.length);
  const cut = entry.path.find((line) => line.sort === 'step' && line.cut);
  assert.ok((await page.locator('.is-cut').innerText()).includes(cut.object));
  assert.deepEqual(await cellsOf(page, 'Growth in numbers'), [
    ['A → B', '+101', sizeDelta(entry.growth.sizeGrowth[0])],
    ['B → C', '+101', sizeDelta(entry.growth.sizeGrowth[1])],
  ]);
  await page.context().close();
});

test('each view has the numbers of the document', { skip }, async () => {
  const { page, errors } = await openReport();
  const total = report.snapshots[2].totalSize;

  await goTo(page, '/s/2/classes?sort=retainedSize', 'Classes');
  const byRetained = report.classes.toSorted((a, b) => b.retainedSize - a.retainedSize);
  const classes = await cellsOf(page, 'Classes');
  assert.deepEqual(
    classes.map((cells) => [cells[1], cells[4]]),
    byRetained.map((row) => [count(row.counts[2]), size(row.retainedSize) + share(row.retainedSize, total)]),
  );
  assert.ok(classes.every(([name], at) => name.startsWith(label(byRetained[at].name))));

  await goTo(page, '/compare', 'Compare');
  const compared = await cellsOf(page, 'Comparison');
  assert.equal(compared.length, report.comparison.rows.length);
  const scope = report.comparison.rows.find(({ name }) => name === 'RequestScope');
  assert.deepEqual(compared.find(([name]) => name.startsWith('RequestScope')).slice(1, 7), [
    count(202),
    count(0),
    countDelta(202),
    size(scope.addedSize),
    size(0),
    sizeDelta(scope.sizeDelta),
  ]);

  await goTo(page, '/s/2/dominators', 'Who keeps');
  const { box } = report.boxes;
  assert.deepEqual(
    (await cellsOf(page, 'What it keeps')).map((cells) => cells[3]),
    box.children.map((child) => size(child.size) + share(child.size, report.boxes.totalSize)),
  );

  await goTo(page, '/s/2/strings', 'Strings');
  assert.equal(await page.locator('.lead strong').innerText(), size(report.strings.wastedSize));
  assert.deepEqual(
    (await cellsOf(page, 'Strings')).map((cells) => cells[1]),
    report.strings.groups.map((group) => count(group.count)),
  );

  await goTo(page, '/s/2/consists', 'What it consists of');
  const { statistics } = report;
  const consists = new Map((await cellsOf(page, 'What it consists of')).map(([name, bytes]) => [name, bytes]));
  assert.equal(consists.get('Strings'), size(statistics.v8heap.strings));
  assert.equal(consists.get('Code'), size(statistics.v8heap.code));

  await goTo(page, '/s/2/packages', 'Whose');
  const owners = await cellsOf(page, 'Whose the objects are');
  assert.deepEqual(
    owners.slice(0, report.packages.owners.length).map((cells) => cells[1]),
    report.packages.owners.map((owner) => size(owner.shallowSize)),
  );
  assert.deepEqual(errors, []);
  await page.context().close();
});

test('a place has an address: a link, a reload and the way back lead there', { skip }, async () => {
  const opened = await openReport({}, `${file}#/s/2/classes?q=RequestScope`);
  const { page } = opened;
  await page.locator('h1', { hasText: 'Classes' }).waitFor();
  assert.equal((await cellsOf(page, 'Classes')).length, 1);
  await goTo(page, '/leak/1', 'RequestScope');
  await page.reload();
  await page.locator('h1', { hasText: 'RequestScope' }).waitFor();
  await page.goBack();
  await page.locator('h1', { hasText: 'Classes' }).waitFor();
  assert.equal((await cellsOf(page, 'Classes')).length, 1);
  await page.evaluate(() => {
    location.hash = '/leak/99';
  });
  await page.locator('.empty', { hasText: 'There is no entry 99' }).waitFor();
  assertQuiet(opened);
  await page.context().close();
});

test('the keyboard is enough, and a filter is kept from view to view', { skip }, async () => {
  const opened = await openReport();
  const { page } = opened;
  const { keyboard } = page;
  await keyboard.press('j');
  await keyboard.press('Enter');
  await page.waitForURL(/#\/leak\/1/);
  await keyboard.press('Backspace');
  await page.locator('h1', { hasText: 'leak over' }).waitFor();
  await keyboard.press('3');
  const table = page.getByRole('grid', { name: 'Classes' });
  await table.waitFor();
  await keyboard.press('j');
  await keyboard.press('j');
  const active = async () =>
    page.locator(`[id="${await table.getAttribute('aria-activedescendant')}"]`).getAttribute('aria-rowindex');
  assert.equal(await active(), '3');
  await keyboard.press('End');
  assert.equal(await active(), String(report.classes.length + 1));
  await keyboard.press('c');
  await page.locator('.notice', { hasText: 'as Markdown' }).waitFor();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^\| class \|.*\n\| --- \| --: \|/);
  await keyboard.press('/');
  await keyboard.type('Scope');
  await page.waitForURL(/q=Scope/);
  await keyboard.press('Escape');
  await keyboard.press('2');
  await page.waitForURL(/#\/compare\?q=Scope/);
  assert.deepEqual(
    (await cellsOf(page, 'Comparison')).map(([name]) => name.split(' ')[0]),
    report.comparison.rows.filter(({ name }) => /scope/i.test(name)).map(({ name }) => name),
  );
  await keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'hidden' });
  await keyboard.press('y');
  await page.locator('.notice', { hasText: 'a link to this place' }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url());
  assertQuiet(opened);
  await page.context().close();
});

test('a report shows its last snapshot, whatever an address says', { skip }, async () => {
  const opened = await openReport({}, `${file}#/s/0/strings`);
  const { page } = opened;
  const ofLast = share(report.strings.wastedSize, report.snapshots[2].totalSize);
  await page.locator('.lead', { hasText: `${ofLast} of the heap` }).waitFor();
  await page.locator('.crumbs', { hasText: 'Of the last snapshot, C.heapsnapshot' }).waitFor();
  await page.keyboard.press('s');
  await page.keyboard.press('3');
  await page.waitForURL(/#\/s\/2\/classes/);
  assertQuiet(opened);
  await page.context().close();
});

test('a search that finds nothing says how much was searched', { skip }, async () => {
  const opened = await openReport();
  const { page } = opened;
  for (const [address, heading, told] of [
    ['/s/2/classes', 'Classes', 'It has the classes that grew most'],
    ['/s/2/strings', 'Strings', 'It has the largest groups'],
    ['/compare', 'Compare', report.comparison.leftOut > 0 ? 'rows of this document' : 'All classes were compared'],
  ]) {
    await goTo(page, `${address}?q=NoSuchName`, heading);
    await page.locator('.empty', { hasText: told }).waitFor();
  }
  assertQuiet(opened);
  await page.context().close();
});

test('boxes are gone through by keys and clicks, and the address has the box', { skip }, async () => {
  const opened = await openReport({}, `${file}#/s/2/dominators`);
  const { page } = opened;
  const tree = page.getByRole('tree', { name: 'Dominator tree' });
  await tree.focus();
  await page.keyboard.press('ArrowDown');
  const [first] = report.boxes.box.children;
  assert.ok((await page.locator('.selected').innerText()).includes(`${first.name} ${size(first.size)}`));
  await page.keyboard.press(' ');
  await page.waitForURL(/zoom=0/);
  await page.locator('h2', { hasText: `What ${first.name} keeps` }).waitFor();
  await page.reload();
  await page.locator('h2', { hasText: `What ${first.name} keeps` }).waitFor();
  await tree.focus();
  await page.keyboard.press('Escape');
  await page.locator('h2', { hasText: 'What the whole heap keeps' }).waitFor();
  await page.getByText('Treemap').click();
  await page.waitForURL(/as=treemap/);
  assert.ok((await page.locator('.treemap .box').count()) > 20);
  assertQuiet(opened);
  await page.context().close();
});

test('a checker of accessibility finds nothing, and no page is wider than its window', { skip }, async () => {
  const modes = [
    { width: 1280, dark: false, views: VIEWS },
    { width: 390, dark: true, views: VIEWS },
    { width: 1280, dark: true, views: VIEWS.slice(0, 2) },
    { width: 390, dark: false, views: VIEWS.slice(0, 2) },
  ];
  for (const { views, ...how } of modes) {
    const opened = await openReport({ ...how, forAxe: true });
    for (const [address, heading] of views) {
      await goTo(opened.page, address, heading);
      const where = `${address} ${how.width} ${how.dark ? 'dark' : 'light'}`;
      assert.deepEqual(await findings(opened.page), [], where);
      const beyond = await opened.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(beyond <= 0, `${where}: ${beyond} pixels too wide`);
    }
    assertQuiet(opened);
    await opened.page.context().close();
  }
});

test('it prints the views without what is of no use on paper', { skip }, async () => {
  const { page } = await openReport();
  await page.emulateMedia({ media: 'print' });
  assert.ok(!(await page.locator('nav').first().isVisible()));
  assert.ok(await page.locator('.card pre').first().isVisible());
  await page.context().close();
});

test('a document without views beside its verdict opens, and so does one of one snapshot', { skip }, async () => {
  const { classes: _, comparison: __, boxes: ___, strings, packages, statistics, ...verdict } = report;
  assert.ok(strings && packages && statistics);
  const first = await openReport({}, write('verdict.html', verdict));
  assert.equal(await first.page.locator('nav a').count(), 1);
  assertQuiet(first);
  await first.page.context().close();
  const single = await makeReport([path.join(directory, 'C.heapsnapshot')]);
  const second = await openReport({}, write('single.html', single));
  assert.deepEqual(
    (await second.page.locator('nav a').allInnerTexts()).map((text) => text.replace(/\s+/, ' ')),
    ['Suspects 1', 'Classes 3', 'Dominators 4', 'Strings 5', 'Consists of 6', 'Packages 0'],
  );
  assertQuiet(second);
  await second.page.context().close();
});

test('a damaged report says that it is damaged, and one that is cut says that it is not whole', { skip }, async () => {
  const page = reportPage(report);
  const told = async (name, text) => {
    fs.writeFileSync(path.join(directory, name), text);
    const { page: tab } = await openPage(browser);
    await tab.goto(pathToFileURL(path.join(directory, name)).href);
    const shown = tab.locator('#page p:visible').first();
    await shown.waitFor();
    const words = await shown.innerText();
    await tab.context().close();
    return words;
  };
  assert.match(await told('empty.html', page.replace(/(heaphound-data">)[\w+/=]*/, '$1')), /This report is damaged: /);
  assert.match(await told('cut.html', page.slice(0, page.indexOf('heaphound-data') + 500)), /This page is not whole/);
});

test('a document of another schema is refused in words', { skip }, async () => {
  const opened = await openPage(browser);
  const other = /** @type {any} */ ({ ...report, schema: 'heaphound.report/9' });
  await opened.page.goto(write('other.html', other));
  const told = await opened.page.getByRole('alert').innerText();
  assert.match(told, /documents of the schema heaphound\.report\/1, and its document has heaphound\.report\/9/);
  await opened.page.context().close();
});

test('the page has the licences of what is bundled in it', () => {
  const { html } = JSON.parse(fs.readFileSync(path.join(__dirname, '..', 'viewer', 'dist', 'page.json'), 'utf8'));
  for (const name of ['preact', '@preact/signals', '@preact/signals-core', 'd3-hierarchy'])
    assert.match(html, new RegExp(`\n${name} \\d+\\.\\d+\\.\\d+\n`), name);
  assert.match(html, /Permission is hereby granted, free of charge/);
});
