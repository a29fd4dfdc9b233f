'use strict';

// The viewer in a browser: from the address that the command prints to each view, with the numbers of the engine.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { promisify } = require('node:util');
const { diffSnapshots, openSnapshot, viewSnapshots } = require('..');
const { assertQuiet, cellsOf, findings, goTo, launch, openPage, skip } = require('./helpers/browser');
const { writeLargeHeap } = require('./helpers/large-heap');
const { count, counted, countDelta, percent, size, sizeDelta } = require('../words/numbers');
const { label } = require('../words/text');

const cases = path.join(__dirname, '..', 'examples', 'leaks');
const run = promisify(execFile);
const ITEMS = 2_000_000;

/** @type {string} */
let directory;
/** @type {string[]} */
let files;
/** @type {import('..').Viewer} */
let viewer;
/** @type {import('..').Snapshot} */
let last;
/** Id of the EventEmitter that has the listeners. @type {number} */
let emitter;
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
  if (skip) return;
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
  const launched = launch();
  await run(process.execPath, [path.join(cases, 'run.js'), './event-listeners', directory]);
  files = ['A', 'B', 'C'].map((name) => path.join(directory, `${name}.heapsnapshot`));
  last = await openSnapshot(files[2]);
  viewer = await viewSnapshots(files);
  browser = await launched;
});

after(async () => {
  await browser?.close();
  await viewer?.close();
  await last?.close();
  if (directory) fs.rmSync(directory, { recursive: true });
});

/** @param {Parameters<typeof openPage>[1]} [how] */
async function openViewer(how, url = viewer.url) {
  const opened = await openPage(browser, how);
  await opened.page.goto(url);
  await opened.page.locator('h1').waitFor();
  return opened;
}

/** @param {number} part @param {number} total */
const share = (part, total) => (part !== 0 && part / total < 0.01 ? '< 1 %' : percent(part, total));

test('the address opens the verdict with its line, and the key does not stay in it', { skip }, async () => {
  const opened = await openViewer();
  const { page } = opened;
  await page.locator('h1', { hasText: '1 leak over 3 snapshots' }).waitFor();
  assert.doesNotMatch(page.url(), /token/);
  assert.match(await page.locator('.card .is-marked').first().innerText(), /config\.on\('change'/);
  const { origin } = new URL(viewer.url);
  assert.ok(opened.requests.every((url) => url.startsWith(origin) || url === 'data:,'));
  await page.reload();
  await page.locator('h1', { hasText: '1 leak over 3 snapshots' }).waitFor();
  assertQuiet(opened);
  await page.context().close();
});

test('without the key the page says where to find it', { skip }, async () => {
  const { page } = await openPage(browser);
  await page.goto(new URL('/', viewer.url).href);
  assert.match(await page.getByRole('alert').innerText(), /Open the address that heaphound view has printed/);
  await page.context().close();
});

test('classes, their objects and an object have the numbers of the engine', { skip }, async () => {
  const opened = await openViewer();
  const { page } = opened;
  const { classes } = await last.summary();
  const total = last.info.totalSize;
  await goTo(page, '/s/2/classes', 'Classes');
  const cells = await cellsOf(page, 'Classes');
  assert.ok(cells.length > 10);
  for (const [at, [name, objects, , , retained]] of cells.entries()) {
    assert.ok(name.startsWith(label(classes[at].name)), name);
    assert.equal(objects, count(classes[at].count));
    assert.equal(retained, size(classes[at].retainedSize) + share(classes[at].retainedSize, total));
  }
  await page.locator('input[type=search]').fill('RequestScope');
  await page.waitForURL(/q=RequestScope/);
  await page.locator('.row .name', { hasText: 'RequestScope' }).click();
  await page.locator('h1', { hasText: 'Query' }).waitFor();
  const { key, count: scopes } = classes.find(({ name }) => name === 'RequestScope');
  await page.getByText(counted(scopes, 'object')).waitFor();
  const [first] = await last.query({ key, limit: 1 });
  await page.locator(`a[href*="object/${first.id}"]`).first().click();
  await page.locator('h1', { hasText: `@${first.id}` }).waitFor();
  const node = await last.node(first.id);
  const sizes = await page.locator('.sizes').innerText();
  assert.ok(sizes.includes(size(node.shallowSize)) && sizes.includes(size(node.retainedSize)), sizes);
  assert.equal(await page.locator('.chain li').count(), node.retainingPath.length);
  assert.equal((await cellsOf(page, 'What it holds')).length, node.edgeCount);
  assert.equal((await cellsOf(page, 'Who refers to it')).length, node.retainerCount);
  assert.equal(await page.locator('nav.tabs li').count(), 1);
  assertQuiet(opened);
  await page.context().close();
});

test('an object is found by its id, its retainers open, and one can be ignored and taken back', { skip }, async () => {
  const opened = await openViewer();
  const { page } = opened;
  const [row] = await last.query({
    className: '^EventEmitter$',
    property: '^_events$',
  });
  emitter = row.id;
  await page.keyboard.press('/');
  await page.keyboard.type(`@${emitter}`);
  await page.keyboard.press('Enter');
  await page.locator('h1', { hasText: `@${emitter}` }).waitFor();
  const history = await cellsOf(page, 'Its history');
  assert.equal(history.length, 3);
  const { retainers, retainingPath } = await last.node(emitter);
  const tree = page.getByRole('treegrid', { name: 'Who refers to it' });
  await tree.focus();
  await page.keyboard.press('ArrowRight');
  await tree.locator('[aria-level="2"]').first().waitFor();
  await page.keyboard.press('ArrowLeft');
  await tree.locator('[aria-level="2"]').first().waitFor({ state: 'detached' });
  const parent = retainingPath.at(-2).id;
  const at = retainers.findIndex(({ id }) => id === parent);
  await tree.getByRole('button', { name: 'Ignore' }).nth(at).click();
  await page.waitForURL(new RegExp(`ignored=${parent}`));
  const other = await last.retainingPath(emitter, { ignored: [parent] });
  await page.locator('.chips', { hasText: `@${parent}` }).waitFor();
  await page.waitForFunction(
    (steps) => document.querySelectorAll('.chain li').length === steps || document.querySelector('main section .empty'),
    other.length,
  );
  await page.locator('.notice button', { hasText: 'Undo' }).click();
  await page.waitForURL((url) => !url.href.includes('ignored'));
  await page.waitForFunction((steps) => document.querySelectorAll('.chain li').length === steps, retainingPath.length);
  await page.keyboard.press('s');
  await page.waitForURL(/#\/s\/0\/object/);
  assertQuiet(opened);
  await page.context().close();
});

test('two snapshots are compared by class and by package, and all of them side by side', { skip }, async () => {
  const opened = await openViewer();
  const { page } = opened;
  const diff = await diffSnapshots(files[0], files[2], { ids: 20 });
  const scope = diff.classes.find(({ name }) => name === 'RequestScope');
  await goTo(page, '/compare', 'Compare');
  const cells = await cellsOf(page, 'Comparison');
  assert.deepEqual(cells.find(([name]) => name.startsWith('RequestScope')).slice(1, 7), [
    count(202),
    count(0),
    countDelta(202),
    size(scope.addedSize),
    size(0),
    sizeDelta(scope.sizeDelta),
  ]);
  await page.locator('.row .name', { hasText: 'RequestScope' }).click();
  const links = page.locator('.details a');
  await links.first().waitFor();
  assert.equal(await links.first().innerText(), `@${scope.addedIds[0]}`);
  await page.getByText('Package', { exact: true }).click();
  await page.getByRole('gridcell', { name: '(own code)' }).waitFor();
  await page.getByText('Class, all snapshots').click();
  await page.getByRole('grid', { name: 'All snapshots' }).waitFor();
  const all = await cellsOf(page, 'All snapshots');
  const row = all.find(([name]) => name.startsWith('RequestScope'));
  assert.ok(row[1].endsWith('20') && row[2].endsWith('121') && row[3].endsWith('222'), row.join());
  assertQuiet(opened);
  await page.context().close();
});

test('contexts, allocations, strings and owners answer, and an empty view says why', { skip }, async () => {
  const opened = await openViewer();
  const { page } = opened;
  const { closures } = await last.contexts();
  await goTo(page, '/s/2/contexts', 'Contexts');
  assert.equal(await page.locator('.lead strong').innerText(), size(closures.retainedSize));
  await goTo(page, '/s/2/allocations', 'Allocations');
  await page.locator('.empty', { hasText: 'they were not recorded' }).waitFor();
  await goTo(page, '/s/2/strings?q=kIsNodeError', 'Strings');
  const strings = await cellsOf(page, 'Strings');
  assert.ok(strings.length > 0 && strings.every(([text]) => text.includes('kIsNodeError')));
  await goTo(page, '/s/2/packages?by=file&q=event-listeners', 'Whose');
  await page.getByText('event-listeners.js').first().waitFor();
  await goTo(page, '/s/2/query?className=NoSuchClass', 'Query');
  await page.locator('.empty', { hasText: 'All of them were looked at' }).waitFor();
  await goTo(page, '/s/2/query?className=(', 'Query');
  await page.getByRole('alert').waitFor();
  await page.context().close();
});

test('the address of a snapshot that is not there shows no other one', { skip }, async () => {
  const opened = await openViewer();
  const { page } = opened;
  for (const address of ['/s/7/classes', '/s/abc/classes', '/s/3/object/1']) {
    await page.evaluate((hash) => (location.hash = hash), address);
    await page.getByText('There is no snapshot').waitFor();
    assert.equal(await page.locator('[role=grid]').count(), 0);
  }
  assertQuiet(opened);
  await page.context().close();
});

test('a link that is copied opens the same place in another browser', { skip }, async () => {
  const { page } = await openViewer();
  await goTo(page, '/s/1/classes?q=Emitter', 'Classes');
  await page.keyboard.press('y');
  await page.locator('.notice', { hasText: 'with the key of this viewer' }).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.context().close();
  const other = await openViewer({}, link);
  await other.page.locator('h1', { hasText: 'Classes' }).waitFor();
  assert.ok((await cellsOf(other.page, 'Classes')).every(([name]) => /emitter/i.test(name)));
  assert.match(other.page.url(), /#\/s\/1\/classes\?q=Emitter$/);
  assertQuiet(other);
  await other.page.context().close();
});

test('a checker of accessibility finds nothing in the views of the viewer', { skip }, async () => {
  for (const how of [
    { width: 1280, dark: false },
    { width: 390, dark: true },
  ]) {
    const opened = await openViewer({ ...how, forAxe: true });
    for (const [address, heading, ready] of [
      [`/s/2/object/${emitter}`, `@${emitter}`, '[role=treegrid]'],
      ['/s/2/query', 'Query', '[role=grid]'],
      ['/compare?all=1', 'Compare', '[role=grid]'],
    ]) {
      await goTo(opened.page, address, heading);
      await opened.page.locator(ready).first().waitFor();
      assert.deepEqual(await findings(opened.page), [], `${address} ${how.width}`);
      const beyond = await opened.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(beyond <= 0, `${address} ${how.width}: ${beyond} pixels too wide`);
    }
    assertQuiet(opened);
    await opened.page.context().close();
  }
});

test('of two million rows the last is reached, by key, by scroll bar and by wheel', { skip }, async (t) => {
  const file = path.join(directory, 'large.heapsnapshot');
  writeLargeHeap(file, ITEMS);
  const large = await viewSnapshots([file]);
  t.after(() => large.close());
  const opened = await openViewer({}, large.url);
  const { page } = opened;
  await goTo(page, '/s/0/query?className=%5EItem%24&sort=id', 'Query');
  const grid = page.getByRole('grid', { name: 'Objects' });
  await grid.waitFor();
  assert.equal(await grid.getAttribute('aria-rowcount'), String(ITEMS + 1));
  const rowOf = (/** @type {number} */ id) => grid.getByRole('row').filter({ hasText: new RegExp(`@${id}\\b`) });
  await rowOf(7).waitFor();
  await grid.focus();
  await page.keyboard.press('End');
  const end = 7 + 2 * (ITEMS - 1);
  await rowOf(end).waitFor();
  assert.equal(await rowOf(end).getAttribute('aria-rowindex'), String(ITEMS + 1));
  const isInView = await rowOf(end).evaluate((row) => {
    const [inner, outer] = [row.getBoundingClientRect(), row.closest('[role=grid]').getBoundingClientRect()];
    return inner.bottom <= outer.bottom + 1 && inner.top >= outer.top;
  });
  assert.ok(isInView, 'the last row is in view');
  await page.keyboard.press('ArrowUp');
  assert.ok(await grid.evaluate((element) => element === document.activeElement));
  await page.keyboard.press('Home');
  await rowOf(7).waitFor();
  await grid.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await rowOf(end).waitFor();
  // A notch of the wheel is some rows, not thousands.
  await grid.hover();
  await page.mouse.wheel(0, -340);
  await rowOf(end - 2 * 20).waitFor();
  assert.ok((await page.locator('[role=row]').count()) < 100);
  assertQuiet(opened);
  await page.context().close();
});

test('what takes long can be cancelled, and asked again', { skip }, async () => {
  const opened = await openViewer();
  const { page } = opened;
  let release = () => {};
  const held = new Promise((resolve) => (release = () => resolve(undefined)));
  await page.route('**/api/s/2/contexts', async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await goTo(page, '/s/2/contexts', 'Contexts');
  const left = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/contexts'));
  await page.getByRole('button', { name: 'Cancel' }).click();
  await left;
  await page.getByRole('alert').filter({ hasText: 'Cancelled' }).waitFor();
  release();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.lead strong').waitFor();
  assertQuiet(opened);
  await page.context().close();
});

test('a file that cannot be opened says why, in each view, and the others work', { skip }, async (t) => {
  const broken = path.join(directory, 'broken.heapsnapshot');
  fs.writeFileSync(broken, fs.readFileSync(files[0]).subarray(0, 100_000));
  const mixed = await viewSnapshots([broken, files[2]]);
  t.after(() => mixed.close());
  const opened = await openPage(browser);
  const { page } = opened;
  await page.goto(mixed.url);
  const progress = page.getByRole('region', { name: 'Progress' });
  await progress.getByRole('alert').waitFor();
  assert.match(await progress.innerText(), /broken\.heapsnapshot/);
  await page.keyboard.press('3');
  await page.locator('main .failed, main h1').first().waitFor();
  await progress.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('grid', { name: 'Classes' }).waitFor();
  assertQuiet(opened);
  await page.context().close();
});

test('a file is opened from the page, and closed there', { skip }, async (t) => {
  const empty = await viewSnapshots([]);
  t.after(() => empty.close());
  const opened = await openViewer({}, empty.url);
  const { page } = opened;
  await page.locator('h1', { hasText: 'No file is open' }).waitFor();
  await page.locator('input[type=file]').setInputFiles(files[2]);
  await page.locator('nav a', { hasText: 'Suspects' }).waitFor();
  await page.locator('h1', { hasText: 'one snapshot' }).waitFor();
  await page.locator('input[type=file]').waitFor({ state: 'detached' });
  await empty.close();
  await page.getByRole('alert').filter({ hasText: 'the command has ended' }).waitFor();
  await page.context().close();
});
