'use strict';

// Takes the pictures of the page: docs/images/page-*.png, of a report about a real run of examples/leaks.
// usage: node docs/images/take-page.js   (needs Chromium: /usr/bin/chromium, or CHROMIUM)

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { chromium } = require('playwright-core');
const { makeReport, reportPage } = require('../..');

const ROOT = path.join(__dirname, '..', '..');
const CASE = 'event-listeners';
const PROGRAM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** @type {{ name: string, address: string, width: number, height: number, dark?: boolean }[]} */
const PICTURES = [
  { name: 'page-leaks', address: '/leaks', width: 1280, height: 940 },
  { name: 'page-leak', address: '/leak/1', width: 1280, height: 1120, dark: true },
  { name: 'page-dominators', address: '/s/2/dominators', width: 1280, height: 700 },
];

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-pictures-'));
  try {
    const examples = path.join(ROOT, 'examples', 'leaks');
    execFileSync(process.execPath, [path.join(examples, 'run.js'), `./${CASE}`, folder]);
    const files = ['A', 'B', 'C'].map((name) => path.join(folder, `${name}.heapsnapshot`));
    const report = path.join(folder, 'report.html');
    fs.writeFileSync(report, reportPage(await makeReport(files, { folder: examples, sources: ROOT })));
    await take(pathToFileURL(report).href);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** @param {string} url */
async function take(url) {
  const browser = await chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox', '--disable-gpu'] });
  for (const { name, address, width, height, dark } of PICTURES) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' });
    await page.goto(`${url}#${address}`);
    await page.locator('main h1').waitFor();
    await page.screenshot({ path: path.join(__dirname, `${name}.png`) });
    await page.close();
  }
  await browser.close();
}

void main();
