'use strict';

// Judges every case of `examples/leaks` and `examples/node`, leaking and repaired, in all the ways in which people take
// snapshots, and prints one row a case. Exits with 1 when an answer is silent about a leak or is a false alarm.
//
//   node benches/four-ways.js                         the cases on this Node.js
//   node benches/four-ways.js --line 26 CASE …        some of them, on a line that `__test__/nodes` has
//   node benches/four-ways.js FILE.js …               cases from elsewhere, of the same form
//   node benches/four-ways.js --keep FOLDER           keeps the snapshots there, and judges those that are there
//
// `found`: the class of the case comes first. `other`: another class does. `?`: it says that it cannot tell. `SILENT`:
// it says that there is no leak, where there is one. `ALARM`: it reports a leak where there is none, with its
// confidence.

const { execFile, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs, promisify } = require('node:util');
const { findLeaks } = require('..');
const { nodeOfLine } = require('../__test__/helpers/node-lines');

const LEAKS = path.join(__dirname, '..', 'examples', 'leaks');
const RUN = path.join(LEAKS, 'run.js');
const FOLDERS = [LEAKS, path.join(__dirname, '..', 'examples', 'node')];
/** Z is the snapshot before the warm-up. */
const SETS = ['ABC', 'AC', 'ZBC'];
const WAYS = /** @type {const} */ (['ids', 'structure']).flatMap((compareBy) =>
  SETS.map((set) => ({ name: `${set} ${compareBy}`, set, compareBy })),
);
const TIMEOUT_MS = 120_000;

/**
 * @typedef {{ name: string, file: string, variant: 'leak' | 'fixed', isLeak: boolean, classes?: string[], needsIds:
 *   boolean }} Case
 */

async function main() {
  const { values, positionals } = parseArgs({
    options: { line: { type: 'string' }, keep: { type: 'string' } },
    allowPositionals: true,
  });
  const line = Number(values.line ?? process.versions.node.split('.')[0]);
  const binary = nodeOfLine(line);
  if (binary === undefined) throw new Error(`no Node.js ${line}: npm ci --prefix __test__/nodes`);
  const folder = values.keep ?? fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-ways-'));
  const sums = { found: 0, other: 0, '?': 0, SILENT: 0, ALARM: 0, healthy: 0 };
  console.log(`| case | ${WAYS.map(({ name }) => name).join(' | ')} |\n|---|${'---|'.repeat(WAYS.length)}`);
  const elsewhere = positionals.filter((file) => fs.existsSync(file)).map((file) => path.resolve(file));
  const chosen = positionals.length === 0 ? null : new Set(positionals);
  for (const one of cases(line, elsewhere)) {
    if (chosen && !chosen.has(one.name) && !elsewhere.includes(path.resolve(LEAKS, one.file))) continue;
    const out = path.join(folder, `node${line}-${one.name}-${one.variant}`);
    if (!fs.existsSync(path.join(out, 'C.heapsnapshot')))
      await promisify(execFile)(binary, [RUN, one.file, out, one.variant, 'ZABC'], { timeout: TIMEOUT_MS });
    const answers = [];
    for (const { set, compareBy } of WAYS) answers.push(await judge(one, out, set, compareBy));
    for (const answer of answers) sums[/** @type {keyof typeof sums} */ (answer.split(' ', 1)[0])] += 1;
    console.log(`| ${one.name}${one.variant === 'fixed' ? ', repaired' : ''} | ${answers.join(' | ')} |`);
    if (values.keep === undefined) fs.rmSync(out, { recursive: true });
  }
  if (values.keep === undefined) fs.rmSync(folder, { recursive: true });
  console.log(
    `Node.js ${line}: ${Object.entries(sums)
      .map((sum) => sum.reverse().join(' '))
      .join(', ')}`,
  );
  process.exitCode = sums.SILENT + sums.ALARM > 0 ? 1 : 0;
}

/**
 * @param {number} line
 * @param {string[]} elsewhere
 * @returns {Case[]}
 */
function cases(line, elsewhere) {
  const files = FOLDERS.flatMap((folder) => fs.readdirSync(folder).map((file) => path.join(folder, file)));
  const programs = [...files, ...elsewhere].filter((file) => file.endsWith('.js') && file !== RUN);
  return about(programs).flatMap(({ file, expect, isFixable }) => {
    if (expect.lines !== undefined && !expect.lines.includes(line)) return [];
    const { classes, needsIds = false } = expect;
    const one = { name: path.basename(file, '.js'), file: path.relative(LEAKS, file), needsIds };
    const isLeak = classes?.length !== 0;
    /** @type {Case} */
    const leaking = { ...one, variant: 'leak', isLeak, classes };
    return isLeak && isFixable ? [leaking, { ...one, variant: 'fixed', isLeak: false }] : [leaking];
  });
}

/**
 * What the programs expect. They are loaded in a process of their own: some change `console`.
 *
 * @param {string[]} files
 * @returns {{ file: string, expect: any, isFixable: boolean }[]}
 */
function about(files) {
  const ask = `process.stdout.write(JSON.stringify(process.argv.slice(1).map((file) => {
    const { expect, fixed } = require(file);
    return { file, expect, isFixable: fixed !== undefined };
  })), () => process.exit());`;
  return JSON.parse(execFileSync(process.execPath, ['-e', ask, ...files], { encoding: 'utf8' }));
}

/**
 * @param {Case} one
 * @param {string} out
 * @param {string} set
 * @param {'ids' | 'structure'} compareBy
 */
async function judge({ isLeak, classes, needsIds }, out, set, compareBy) {
  const files = [...set].map((file) => path.join(out, `${file}.heapsnapshot`));
  const { leaks, verdict, accounting } = await findLeaks(files, { compareBy, sourceMaps: false });
  const [first] = leaks;
  if (verdict === 'unknown') return `? ${kilobytes(accounting.unexplainedSize)}`;
  if (!isLeak)
    return first ? `ALARM ${first.confidence} ${first.className}${needsIds ? ' (needs ids)' : ''}` : 'healthy';
  if (first === undefined) return `SILENT ${kilobytes(accounting.size)}`;
  return classes === undefined || classes.includes(first.className) ? 'found' : `other ${first.className}`;
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${Math.round(bytes / 1000)} kB`;
}

main();
