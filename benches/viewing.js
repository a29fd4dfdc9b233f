'use strict';

// The page in a browser: how long until the first view of a large snapshot, how long a click takes, how much memory the
// page needs, and how large reports are. Needs Chromium. Option: `--runs 5`.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const { chromium } = require('playwright-core');
const { bytes, ms } = require('./document');
const { valueOf } = require('./flags');
const { middle } = require('./measure');
const { makeReport, reportPage } = require('..');

const HEAPS = process.env.HEAPHOUND_BENCH_HEAPS ?? path.join(__dirname, 'heaps');
const CLI = path.join(__dirname, '..', 'cli', 'main.js');
const CASES = path.join(__dirname, '..', 'examples', 'leaks');
const RUNS = 5;
/** Views that are opened in each run, and what their heading has. */
const VIEWS = [
  ['classes', 'Classes'],
  ['dominators', 'Who keeps how much'],
  ['strings', 'Strings'],
  ['consists', 'What it consists of'],
  ['packages', 'Whose the objects are'],
  ['contexts', 'Contexts'],
];
/** Cases whose report is measured. */
const REPORTS = ['event-listeners', 'pending-replies', 'maps-of-tenants'];

/** @param {string[]} flags */
async function measure(flags) {
  const runs = Number(valueOf(flags, '--runs') ?? RUNS);
  const file = path.join(HEAPS, 'mid.heapsnapshot');
  if (!fs.existsSync(file)) return ['The heap `mid` is not there: `npm run bench -- opening` makes it.'];
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  });
  try {
    const seen = [];
    for (let run = 0; run < runs; run += 1) seen.push(await viewOnce(browser, file));
    const first = seen.flatMap(({ clicks }) => clicks.filter(({ isFirst }) => isFirst).map(({ took }) => took));
    const again = seen.flatMap(({ clicks }) => clicks.filter(({ isFirst }) => !isFirst).map(({ took }) => took));
    const size = fs.statSync(file).size;
    return [
      `\`heaphound view\` of \`mid\` (${bytes(size)}), ${runs} runs, a browser that runs already. The first view is the one with the`,
      'suspects and their lines; a click is measured in the page, until the view that it opens is drawn.',
      '',
      '| | median | p95 | aim |',
      '|---|--:|--:|--:|',
      row(
        'from the command to the first view',
        seen.map(({ firstView }) => firstView),
        '1.5 s',
      ),
      row('a click that opens a view for the first time', first, '100 ms'),
      row('a click that opens it again', again, '100 ms'),
      `| memory of the page's JavaScript | ${bytes(middle(seen.map(({ heap }) => heap)))} | ${bytes(Math.max(...seen.map(({ heap }) => heap)))} (most) | 150 MB |`,
      '',
      ...(await reports(browser)),
    ];
  } finally {
    await browser.close();
  }
}

/** @param {string} what @param {number[]} values @param {string} aim */
function row(what, values, aim) {
  const sorted = values.toSorted((a, b) => a - b);
  const p95 = sorted[Math.min(Math.floor(sorted.length * 0.95), sorted.length - 1)];
  return `| ${what} | ${ms(middle(values))} | ${ms(p95)} | ${aim} |`;
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} file
 */
async function viewOnce(browser, file) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const start = performance.now();
  const viewer = spawn(process.execPath, [CLI, 'view', file, '--no-open', '--no-recent'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [address] = await once(readline.createInterface({ input: viewer.stdout }), 'line');
    const page = await context.newPage();
    await page.goto(address);
    await page.locator('main h1', { hasText: /suspect/i }).waitFor();
    const firstView = performance.now() - start;
    const clicks = [];
    for (const isFirst of [true, false, false]) {
      for (const [name, heading] of VIEWS) clicks.push({ isFirst, took: await click(page, `/s/0/${name}`, heading) });
    }
    const session = await context.newCDPSession(page);
    await session.send('Performance.enable');
    const { metrics } = await session.send('Performance.getMetrics');
    return { firstView, clicks, heap: metrics.find(({ name }) => name === 'JSHeapUsedSize').value };
  } finally {
    viewer.kill();
    await once(viewer, 'exit');
    await context.close();
  }
}

/**
 * Milliseconds in the page, from the change of its address until the heading and the answer are drawn.
 *
 * @param {import('playwright-core').Page} page
 * @param {string} address
 * @param {string} heading
 */
function click(page, address, heading) {
  return page.evaluate(
    async ([hash, text]) => {
      const start = performance.now();
      location.hash = hash;
      // Every view has a table, which is there with its answer.
      const isThere = () =>
        document.querySelector('main h1')?.textContent?.includes(text) &&
        document.querySelector('main [role=gridcell], main td') !== null;
      while (!isThere()) await new Promise((resolve) => requestAnimationFrame(resolve));
      return performance.now() - start;
    },
    [address, heading],
  );
}

/**
 * Reports of cases: their bytes, what the page asks for, and that two are equal.
 *
 * @param {import('playwright-core').Browser} browser
 */
async function reports(browser) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-bench-'));
  const rows = [];
  try {
    for (const name of REPORTS) {
      const to = path.join(folder, name);
      const made = spawn(process.execPath, [path.join(CASES, 'run.js'), `./${name}`, to], { stdio: 'ignore' });
      const [code] = await once(made, 'exit');
      if (code !== 0) continue;
      const files = ['A', 'B', 'C'].map((letter) => path.join(to, `${letter}.heapsnapshot`));
      const page = reportPage(await makeReport(files));
      const isEqual = page === reportPage(await makeReport(files));
      const file = path.join(folder, `${name}.html`);
      fs.writeFileSync(file, page);
      const context = await browser.newContext();
      const tab = await context.newPage();
      let requests = -1;
      tab.on('request', () => (requests += 1));
      await tab.goto(`file://${file}`);
      await tab.locator('main h1').waitFor();
      await context.close();
      rows.push(`| \`${name}\` | ${bytes(Buffer.byteLength(page))} | ${requests} | ${isEqual ? 'yes' : 'no'} |`);
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  return [
    'Reports of three snapshots. Aims: below 0.3 MB, no request beside the file itself, and the same bytes twice.',
    '',
    '| case | size | requests | equal twice |',
    '|---|--:|--:|---|',
    ...rows,
  ];
}

module.exports = { title: 'The page: viewer and report', measure };
