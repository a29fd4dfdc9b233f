'use strict';

// Does the first look of a leak test, which takes no snapshot, let a leak go that the snapshots find? Does a test of a
// healthy scenario fail? Every case of examples/leaks, again and again, each run in a process of its own.
//
//   npm run bench -- first-pass [--runs 20] [--healthy 2000] [--results FILE]
//
// A leaking case that the first look lets go is tried once more with `alwaysSnapshots`: it is a miss when these fail
// the test. Healthy are the repaired forms and the controls. With `--results` every run adds a line to that file, and
// a later call goes on from there.

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { valueOf } = require('./flags');

const FOLDER = path.join(__dirname, '..', 'examples', 'leaks');
const AT_ONCE = 2;
/** These fill up for longer than the runs of a test: it cannot tell them from a leak (docs/testing.md, "Limits"). */
const FILLING = new Set(['control-batches', 'control-full-lists']);

/** @typedef {{ name: string, variant: 'leak' | 'fixed', answer: string, again?: string }} Run */

/** @param {string[]} flags */
async function measureFirstPass(flags) {
  const value = (name, otherwise) => valueOf(flags, name) ?? otherwise;
  const fallback = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-first-pass-')), 'results.jsonl');
  const file = value('--results', fallback);
  const { leaking, healthy } = cases();
  const before = read(file);
  const pending = [
    ...missing(leaking, Number(value('--runs', '20')) * leaking.length, before),
    ...missing(healthy, Number(value('--healthy', '2000')), before),
  ];
  const next = async () => {
    for (let wanted = pending.shift(); wanted !== undefined; wanted = pending.shift()) {
      fs.appendFileSync(file, `${JSON.stringify(await run(wanted))}\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return tell(read(file), { leaking, healthy });
}

/** @returns {{ leaking: Pick<Run, 'name' | 'variant'>[], healthy: Pick<Run, 'name' | 'variant'>[] }} */
function cases() {
  const names = fs.readdirSync(FOLDER).filter((file) => file.endsWith('.js') && file !== 'run.js');
  const all = names.map((file) => ({ name: path.basename(file, '.js'), example: require(path.join(FOLDER, file)) }));
  const isLeak = ({ example }) => example.expect.classes.length > 0;
  const controls = all
    .filter((it) => !isLeak(it) && !FILLING.has(it.name))
    .map(({ name }) => ({ name, variant: 'leak' }));
  const repaired = all.filter(({ example }) => example.fixed).map(({ name }) => ({ name, variant: 'fixed' }));
  return {
    leaking: all.filter(isLeak).map(({ name }) => ({ name, variant: 'leak' })),
    healthy: /** @type {any} */ ([...repaired, ...controls]),
  };
}

/**
 * What is left to run of so many runs, which the cases share in turns.
 *
 * @param {Pick<Run, 'name' | 'variant'>[]} of
 * @param {number} count
 * @param {Run[]} done
 */
function missing(of, count, done) {
  const left = new Map(of.map((it) => [it, runsOf(done, it).length]));
  const wanted = Array.from({ length: count }, (_, at) => of[at % of.length]);
  return wanted.filter((it) => {
    const already = left.get(it);
    left.set(it, already - 1);
    return already <= 0;
  });
}

/** @param {Pick<Run, 'name' | 'variant'>} wanted @returns {Promise<Run>} */
async function run({ name, variant }) {
  const answer = await ask(name, variant, false);
  const isMissed = variant === 'leak' && answer === 'statistics';
  return { name, variant, answer, ...(isMissed && { again: await ask(name, variant, true) }) };
}

/** @returns {Promise<string>} what decided that it passes, or the code of the failure */
async function ask(name, variant, alwaysSnapshots) {
  const args = [__filename, '--once', name, variant, String(alwaysSnapshots)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 26 });
  return /** @type {RegExpExecArray} */ (/answer: (.*)/.exec(stdout))[1];
}

/** The process of one run. */
async function once(name, variant, alwaysSnapshots) {
  const { assertNoLeak } = require('../test');
  const example = require(path.join(FOLDER, name));
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-first-pass-'));
  await example.before?.();
  const answer = await assertNoLeak((turn) => example[variant](turn), { dir, alwaysSnapshots }).then(
    ({ decidedBy }) => decidedBy,
    (error) => error.code ?? String(error),
  );
  fs.rmSync(dir, { recursive: true, force: true });
  fs.writeSync(1, `answer: ${answer}\n`);
  process.exit();
}

/** @param {Run[]} results @param {Pick<Run, 'name' | 'variant'>} wanted */
function runsOf(results, { name, variant }) {
  return results.filter((it) => it.name === name && it.variant === variant);
}

/** @param {string} file @returns {Run[]} */
function read(file) {
  if (!fs.existsSync(file)) return [];
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

/**
 * @param {Run[]} results
 * @param {ReturnType<typeof cases>} of
 */
function tell(results, { leaking, healthy }) {
  const [leaks, fine] = [leaking, healthy].map((all) => all.flatMap((it) => runsOf(results, it)));
  const failed = (it) => it.answer.startsWith('HEAPHOUND_ERR');
  const isMiss = ({ again }) => again?.startsWith('HEAPHOUND_ERR') ?? false;
  const names = (runs) =>
    [...new Set(runs.map(({ name, variant }) => `${name} (${variant})`))].sort().join(', ') || '–';
  const rows = [
    ['leaking: the first look lets it go, and the snapshots find it (a miss)', leaks, leaks.filter(isMiss)],
    [
      'leaking: the first look lets it go, and so do the snapshots',
      leaks,
      leaks.filter((it) => it.again && !isMiss(it)),
    ],
    ['leaking: the snapshots decide and let it go', leaks, leaks.filter((it) => it.answer === 'snapshots')],
    ['healthy: the test fails (a false alarm)', fine, fine.filter(failed)],
    ['healthy: no snapshot was needed', fine, fine.filter((it) => it.answer === 'statistics')],
  ];
  return [
    `\`assertNoLeak\` with its default options: ${leaking.length} leaking cases of \`examples/leaks\`, and ${healthy.length} healthy ones, which are their repaired forms and the`,
    'controls that are full within a few runs. Each run in a process of its own, two at the same time.',
    '',
    '| | runs | of them | cases |',
    '|---|--:|--:|---|',
    ...rows.map(
      ([what, of, found]) =>
        `| ${what} | ${of.length} | ${found.length} | ${what.includes('no snapshot') ? '' : names(found)} |`,
    ),
  ];
}

if (process.argv[2] === '--once') once(process.argv[3], process.argv[4], process.argv[5] === 'true');

module.exports = { title: 'The first look of a leak test: misses and false alarms', measure: measureFirstPass };
