'use strict';

// A report about a heap whose names attack whoever shows them: nothing of them runs, becomes markup, hides or turns
// text around, and none is wider than the page.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { pathToFileURL } = require('node:url');
const { makeReport, reportPage } = require('..');
const { assertQuiet, goTo, launch, openPage, skip } = require('./helpers/browser');
const { NAMES, hostileHeap } = require('./helpers/hostile-heap');

const MARKUP = [
  '<script>globalThis.attacked = 1</script>',
  '</script><script>globalThis.attacked = 1</script>',
  '<!--<img src=x onerror="globalThis.attacked=1">',
  '"><svg onload=globalThis.attacked=1>',
  "javascript:globalThis.attacked=1//'",
];
/** Made apart from the rule of `words/text.js`. A blank that keeps a number with its unit is ours. */
const BAD = /[^\n\P{C}]|[^\n \P{Z}]|\p{Default_Ignorable_Code_Point}|[\u2800\u{1d159}\u{13441}]/u;
const UNIT = /(?<=\d)\u00a0(?=(B|kB|MB|%))/g;
const VIEWS = [
  ['/leaks', 'leak'],
  ['/compare', 'Compare'],
  ['/s/2/classes', 'Classes'],
  ['/s/2/dominators', 'Who keeps how much'],
  ['/s/2/dominators?as=treemap', 'Who keeps how much'],
  ['/s/2/strings', 'Strings'],
  ['/s/2/packages', 'Whose the objects are'],
];

/** @type {string} */
let directory;
/** @type {import('..').ReportDocument} */
let report;
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
  if (skip) return;
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
  const files = [5, 12, 19].map((count, at) => {
    const file = path.join(directory, `${'abc'[at]}.heapsnapshot`);
    fs.writeFileSync(file, hostileHeap({ names: [...MARKUP, ...NAMES], count, most: 19 }));
    return file;
  });
  report = await makeReport(files, { withStrings: true });
  fs.writeFileSync(path.join(directory, 'report.html'), reportPage(report));
  browser = await launch();
});

after(async () => {
  await browser?.close();
  if (directory) fs.rmSync(directory, { recursive: true });
});

/**
 * All text of the page, and all that its attributes say.
 *
 * @param {import('playwright-core').Page} page
 */
function wordsOf(page) {
  return page.evaluate(() => {
    const walker = document.createTreeWalker(document.getElementById('page'), NodeFilter.SHOW_ALL);
    const found = [document.title];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node instanceof Element) found.push(...[...node.attributes].map(({ value }) => value));
      else found.push(node.textContent ?? '');
    }
    return found;
  });
}

/** @param {string[]} words */
function assertHarmless(words, where) {
  for (const text of words.map((one) => one.replaceAll(UNIT, ' '))) {
    const found = [...text].find((character) => BAD.test(character) && !/\p{Cn}/u.test(character));
    assert.equal(found, undefined, `${where}: U+${found?.codePointAt(0).toString(16)} in ${JSON.stringify(text)}`);
  }
}

test('names of a heap are text: none runs, becomes markup, hides or turns text around', { skip }, async () => {
  assert.ok(report.entries.length > 10, `${report.entries.length} entries`);
  for (const width of [1280, 390]) {
    const opened = await openPage(browser, { width });
    const { page } = opened;
    await page.goto(pathToFileURL(path.join(directory, 'report.html')).href);
    await page.locator('h1').waitFor();
    const pages = report.entries.map(({ number }) => [`/leak/${number}`, '']);
    for (const [address, heading] of [...VIEWS, ...pages]) {
      await goTo(page, address, heading);
      for (const fold of await page.locator('.fold button[aria-expanded=false]').all()) await fold.click();
      assertHarmless(await wordsOf(page), address);
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(beyond <= 0, `${address} ${width}: ${beyond} pixels too wide`);
    }
    assert.equal(await page.locator('#page :is(script, img, svg[onload], iframe, object)').count(), 0);
    assert.equal(await page.evaluate(() => 'attacked' in globalThis), false);
    for (const href of await page.locator('a').evaluateAll((all) => all.map((one) => one.getAttribute('href'))))
      assert.match(href, /^(#|vscode:\/\/file\/)/);
    assertQuiet(opened);
    await page.context().close();
  }
});

test('what is copied as Markdown has no markup of a name', { skip }, async () => {
  const opened = await openPage(browser);
  const { page } = opened;
  await page.goto(pathToFileURL(path.join(directory, 'report.html')).href);
  await page.locator('.card').first().waitFor();
  await page.keyboard.press('c');
  await page.locator('.notice', { hasText: 'as Markdown' }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assertHarmless([copied], 'Markdown');
  // Outside of code no character of a name can begin an element, a link or a mention.
  const prose = copied
    .split('\n')
    .filter((line) => !line.startsWith('    '))
    .map((line) => line.replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/g, ''))
    .join('\n');
  assert.doesNotMatch(prose, /<\w|<!|\]\(|@octocat/);
  assertQuiet(opened);
  await page.context().close();
});
