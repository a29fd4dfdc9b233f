'use strict';

// A browser for the tests of the page: Chromium of this machine, without a window.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { chromium } = require('playwright-core');

const PROGRAM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** True where there is no browser: then, and only then, these tests are skipped. CI must have one. */
const skip =
  fs.existsSync(PROGRAM) || process.env.CI
    ? false
    : `there is no browser: install chromium, or set CHROMIUM (${PROGRAM})`;
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const AXE = require.resolve('axe-core/axe.min.js');

/** @typedef {import('playwright-core').Page} Page */

/** @returns {Promise<import('playwright-core').Browser>} */
function launch() {
  return chromium.launch({ executablePath: PROGRAM, args: ARGUMENTS });
}

/**
 * A page that fails the test where a script of it fails, or where it says something on the console.
 *
 * @param {import('playwright-core').Browser} browser
 * @param {{ width?: number, dark?: boolean, height?: number, forAxe?: boolean }} [how] `forAxe`: a policy of the page
 *   must not keep the checker out
 * @returns {Promise<{ page: Page, errors: string[], requests: string[] }>}
 */
async function openPage(browser, { width = 1280, height = 800, dark = false, forAxe = false } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    permissions: ['clipboard-read', 'clipboard-write'],
    bypassCSP: forAxe,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  /** @type {string[]} */
  const errors = [];
  /** @type {string[]} */
  const requests = [];
  page.on('pageerror', (error) => errors.push(String(error.stack)));
  page.on('console', (message) => errors.push(`${message.type()}: ${message.text()}`));
  page.on('request', (request) => requests.push(request.url()));
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, errors, requests };
}

/**
 * Goes to a place of a page that is open, and waits until its heading is there.
 *
 * @param {Page} page
 * @param {string} address `/s/2/classes`
 * @param {string} heading part of it
 */
async function goTo(page, address, heading) {
  await page.evaluate(async (hash) => {
    if (location.hash === `#${hash}`) return;
    const changed = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
    location.hash = hash;
    await changed;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }, address);
  await page.locator('main h1', { hasText: heading }).waitFor();
}

/**
 * What a checker of accessibility finds.
 *
 * @param {Page} page
 * @returns {Promise<string[]>} empty where it finds nothing
 */
async function findings(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.addScriptTag({ path: AXE });
  const found = await page.evaluate(() =>
    /** @type {any} */ (globalThis).axe.run(document, { resultTypes: ['violations'] }),
  );
  return found.violations.flatMap((/** @type {any} */ { id, nodes }) =>
    nodes.map((/** @type {any} */ node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
  );
}

/**
 * The cells of a table, row by row, as they are read.
 *
 * @param {Page} page
 * @param {string} label of the table
 * @returns {Promise<string[][]>}
 */
async function cellsOf(page, label) {
  const table = page.locator(`[aria-label="${label}"]`).first();
  await table.waitFor();
  return table.evaluate((element) =>
    [...element.querySelectorAll('[role=rowgroup].body [role=row], tbody tr')].map((row) =>
      [...row.querySelectorAll('[role=gridcell], th, td:not([aria-hidden])')].map((cell) =>
        (cell.textContent ?? '').replaceAll(/\s+/g, ' ').trim(),
      ),
    ),
  );
}

/** @param {{ errors: string[] }} opened */
function assertQuiet({ errors }) {
  assert.deepEqual(errors, []);
}

module.exports = { assertQuiet, cellsOf, findings, goTo, launch, openPage, skip };
