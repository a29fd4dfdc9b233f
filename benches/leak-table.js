'use strict';

// Runs every case of `examples/leaks` and `examples/packages`, leaking and repaired, asks `findLeaks` with ids and without, and writes the
// table of `docs/leaks.md`. Exits with 1 when an answer is wrong.
//
//   node benches/leak-table.js [CASE …]     with names nothing is written

const { execFile, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { findLeaks } = require('..');

const root = path.join(__dirname, '..');
const target = path.join(root, 'docs', 'leaks.md');
const FOLDERS = ['examples/leaks', 'examples/packages'];
const MARK = '<!-- cases -->';

/** @typedef {{ classes: string[], path: string[] }} Expected */
/** @typedef {{ name: string, title: string, expect: Expected, hasFixed: boolean }} Case */

async function main() {
  const packages = path.join(root, 'examples', 'packages');
  if (!fs.existsSync(path.join(packages, 'node_modules'))) {
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: packages, stdio: 'inherit' });
  }
  const wanted = process.argv.slice(2);
  const rows = [];
  for (const one of FOLDERS.flatMap(casesOf).filter(({ title }) => wanted.length === 0 || wanted.includes(title))) {
    const row = await tryCase(one);
    console.log(row.problems.length === 0 ? `right  ${one.title}` : `WRONG  ${one.title}: ${row.problems.join('; ')}`);
    rows.push(row);
  }
  if (wanted.length === 0) write(rows);
  process.exitCode = rows.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

/**
 * @param {string} folder
 * @returns {Case[]}
 */
function casesOf(folder) {
  const files = fs.readdirSync(path.join(root, folder)).filter((file) => file.endsWith('.js') && file !== 'run.js');
  return files.map((file) => {
    const name = path.join('..', path.basename(folder), path.basename(file, '.js'));
    const { expect, fixed } = require(path.join(root, 'examples', 'leaks', name));
    return { name, title: path.basename(file, '.js'), expect, hasFixed: fixed !== undefined };
  });
}

/** @param {Case} one */
async function tryCase(one) {
  const problems = [];
  const isLeak = one.expect.classes.length > 0;
  const leaking = await ask(one, 'leak');
  for (const [how, { leaks }] of Object.entries(leaking)) {
    const problem = isLeak ? whyWrong(leaks, one.expect) : leaks.length > 0 && `false alarm: ${leaks[0].className}`;
    if (problem) problems.push(`${how}: ${problem}`);
  }
  if (isLeak && one.hasFixed) {
    for (const [how, { leaks }] of Object.entries(await ask(one, 'fixed'))) {
      if (leaks.length > 0) problems.push(`repaired, ${how}: false alarm: ${leaks[0].className}`);
    }
  }
  return { ...one, isLeak, first: leaking.ids.leaks[0], ms: leaking.ids.ms, problems };
}

/**
 * @param {Case} one
 * @param {'leak' | 'fixed'} variant
 */
async function ask({ name }, variant) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-cases-'));
  try {
    await promisify(execFile)(process.execPath, [path.join(root, 'examples', 'leaks', 'run.js'), name, dir, variant], { timeout: 120_000 });
    const files = ['A', 'B', 'C'].map((file) => path.join(dir, `${file}.heapsnapshot`));
    return { ids: await timed(files, 'ids'), structure: await timed(files, 'structure') };
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

/**
 * @param {string[]} files
 * @param {'ids' | 'structure'} compareBy
 */
async function timed(files, compareBy) {
  const start = performance.now();
  const { leaks } = await findLeaks(files, { compareBy });
  return { leaks, ms: performance.now() - start };
}

/**
 * @param {import('..').Leak[]} leaks
 * @param {Expected} expected
 */
function whyWrong([leak, ...others], { classes, path: names }) {
  if (leak === undefined) return 'missed';
  if (!classes.some((name) => leak.className.includes(name))) return `first is ${leak.className}, not ${classes.join(' or ')}`;
  const told = [...leak.retainingPath.flatMap(({ edge, name }) => [edge, name]), leak.className];
  let at = 0;
  for (const name of names) {
    while (at < told.length && !told[at].includes(name)) at += 1;
    if (at === told.length) return `${name} is missing on the path`;
  }
  return others.length > 0 && `${others.length} more entries: ${others.map(({ className }) => className).join(', ')}`;
}

/** @param {Awaited<ReturnType<typeof tryCase>>[]} rows */
function write(rows) {
  const right = rows.filter(({ problems }) => problems.length === 0).length;
  const cells = rows.map(({ title, isLeak, hasFixed, first, ms, problems }) => [
    title,
    first ? code(first.className) : isLeak ? '' : 'nothing',
    first ? code(`${first.container.name}${first.container.edge ? `, ${first.container.edge}` : ''}`) : '',
    first?.container.location ? code(place(first.container.location)) : '',
    problems.length > 0 ? problems.join('; ') : !isLeak ? 'healthy, and so it says' : hasFixed ? 'yes; repaired: nothing' : 'yes',
    `${Math.round(ms)} ms`,
  ]);
  const text = [
    MARK,
    `Written by \`node benches/leak-table.js\` on ${new Date().toISOString().slice(0, 10)} with Node ${process.version}: ${right} of ${rows.length} right, each with ids and without. `
      + 'Right means: one entry, of the right class, with the right container and path; nothing for the repaired form. The time is that of `findLeaks` on three snapshots.',
    '',
    '| case | first entry | container | in | right? | time |',
    '|---|---|---|---|---|--:|',
    ...cells.map((row) => `| ${row.join(' | ')} |`),
    '',
  ];
  const document = fs.readFileSync(target, 'utf8');
  const at = document.indexOf(MARK);
  fs.writeFileSync(target, `${at < 0 ? `${document.trimEnd()}\n\n` : document.slice(0, at)}${text.join('\n')}`);
}

/** @param {string} text */
function code(text) {
  return `\`${text.replaceAll(/[`|\n]/g, ' ')}\``;
}

/** @param {import('..').SourceLocation} location */
function place({ file, line }) {
  return `${file.startsWith('/') ? path.relative(root, file).replace(/^.*node_modules\//, '') : file}:${line}`;
}

main();
