'use strict';

// Runs every case of `examples/leaks` and `examples/packages`, leaking and repaired, asks `findLeaks` with ids and
// without, and writes the table of `docs/leaks.md`. Exits with 1 when an answer is wrong.
//
//   node benches/leak-table.js                   all of them; writes the document
//   node benches/leak-table.js CASE|FOLDER …     some of them, or cases from elsewhere; prints the table
//   node benches/leak-table.js --filter TEXT     those whose name has this text; prints the table
//   node benches/leak-table.js --write CASE …    some of them; writes their rows anew
//
// One run of a program gives the snapshots of all ways (WAYS) in which the leak is looked for.
//
// A case from elsewhere is a folder (or a folder of such) with `leak.js`, which writes A, B and C.heapsnapshot into the
// folder that it is given, perhaps Z before them, and with FIXED=1 does so without the leak. `truth.json` says what is
// right: `leak: false` for a healthy one, else `culprit.acceptableTopClasses`, `culprit.containerFile` and
// `retainingPathMustContainInOrder`. Its packages are installed first.

const { execFile, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { findLeaks, findSuspects } = require('..');
const { kindPage } = require('../words/kind-page');

const root = path.join(__dirname, '..');
const target = path.join(root, 'docs', 'leaks.md');
const FOLDERS = ['examples/leaks', 'examples/packages'];
const MARK = '<!-- cases -->';
/**
 * How a leak is looked for: with which snapshots, and whether by ids. Z was taken before the warm-up. `isRight`: a
 * wrong answer is a problem; the others may see too little.
 *
 * @type {readonly { title: string, files: string, compareBy: 'ids' | 'structure', isRight?: true }[]}
 */
const WAYS = [
  { title: 'A B C', files: 'ABC', compareBy: 'ids', isRight: true },
  { title: 'A C', files: 'AC', compareBy: 'ids' },
  { title: 'Z B C', files: 'ZBC', compareBy: 'ids' },
  { title: 'by structure', files: 'ABC', compareBy: 'structure', isRight: true },
];
/** The ways of a repaired program. */
const SURE = WAYS.filter(({ isRight }) => isRight);
/** The columns of the table. */
const COLUMNS = [
  { title: 'case', cell: (/** @type {Row} */ { title }) => title },
  {
    title: 'first entry',
    cell: (/** @type {Row} */ { first, isLeak }) => (first ? code(first.className) : isLeak ? '' : 'nothing'),
  },
  { title: 'kind', cell: (/** @type {Row} */ { first }) => first?.kind ?? '' },
  {
    title: 'container',
    cell: (/** @type {Row} */ { first }) =>
      first ? code(`${first.container.name}${first.container.edge ? `, ${first.container.edge}` : ''}`) : '',
  },
  {
    title: 'in',
    cell: (/** @type {Row} */ { first }) => (first?.container.location ? code(place(first.container.location)) : ''),
  },
  { title: 'own line', cell: (/** @type {Row} */ { first }) => (first ? ownLine(first) : '') },
  ...WAYS.map(({ title }) => ({ title, cell: (/** @type {Row} */ { ways }) => ways[title] ?? '' })),
  { title: 'one file (suspects)', cell: (/** @type {Row} */ { oneFile }) => oneFile },
  { title: 'right?', cell: (/** @type {Row} */ row) => verdict(row) },
  {
    title: 'advice',
    cell: (/** @type {Row} */ { first }) =>
      first ? `[${first.kind}](${kindPage(first.kind).replace('docs/', '')})` : '',
  },
  { title: 'in the catalogue', cell: (/** @type {Row} */ { first }) => first?.known?.package ?? '' },
  { title: 'time', cell: (/** @type {Row} */ { ms }) => `${Math.round(ms)} ms`, align: '--:' },
];

/**
 * `line`: text of the own line, the file where only that is known, or null where the snapshot cannot know; `file`: end
 * of a path that must be named; `isLoose`: the class may also be one of the three that came most with the first entry.
 *
 * @typedef {{ classes: string[], path: string[], kind?: string, line?: string | null, file?: string, isLoose?: true, needsIds?: true }}
 *   Expected
 */
/**
 * `ways`: by the title of a way, what it said.
 *
 * @typedef {object} Answer
 * @property {boolean} isLeak
 * @property {import('..').Leak} [first]
 * @property {number} ms
 * @property {string[]} problems
 * @property {Record<string, string>} ways
 * @property {string} oneFile what the last snapshot alone says
 */
/** @typedef {Case & Answer} Row */
/** @typedef {{ title: string, expect: Expected, hasFixed: boolean, run: (dir: string, variant: 'leak' | 'fixed') => Promise<unknown> }} Case */

const run = promisify(execFile);
const TIMEOUT_MS = 300_000;
/** Suspects that a person reads before giving up. */
const FIRST_SUSPECTS = 3;
const MISSED = 'missed';

async function main() {
  const words = process.argv.slice(2);
  const filter = words[0] === '--filter' ? words[1] : undefined;
  const isWritten = words.length === 0 || words[0] === '--write';
  const wanted = filter === undefined ? words.filter((word) => word !== '--write') : [];
  const folders = wanted.filter((word) => fs.existsSync(word));
  const ours = folders.length > 0 && folders.length === wanted.length ? [] : ownCases();
  const isChosen = (/** @type {string} */ title) =>
    filter === undefined ? wanted.length === 0 || wanted.includes(title) : title.includes(filter);
  const chosen = ours.filter(({ title }) => isChosen(title));
  /** @type {Row[]} */
  const rows = [];
  for (const one of [...chosen, ...folders.flatMap(casesElsewhere)]) {
    const row = await tryCase(one).catch((error) => notRun(one, error));
    console.log(row.problems.length === 0 ? `right  ${one.title}` : `WRONG  ${one.title}: ${row.problems.join('; ')}`);
    rows.push(row);
  }
  if (isWritten) write(rows, wanted.length > 0);
  else console.log(['', ...drawTable(rows)].join('\n'));
  process.exitCode = rows.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

/** A case says what is expected beside what it loads: its packages are installed first. */
function ownCases() {
  const packages = path.join(root, 'examples', 'packages');
  if (!fs.existsSync(path.join(packages, 'node_modules'))) {
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: packages, stdio: 'inherit' });
  }
  return FOLDERS.flatMap(casesOf);
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
    return {
      title: path.basename(file, '.js'),
      expect,
      hasFixed: fixed !== undefined,
      run: (dir, variant) =>
        run(process.execPath, [path.join(root, 'examples', 'leaks', 'run.js'), name, dir, variant, 'ZABC'], {
          timeout: TIMEOUT_MS,
        }),
    };
  });
}

/**
 * @param {string} folder
 * @returns {Case[]}
 */
function casesElsewhere(folder) {
  const directory = path.resolve(folder);
  const truth = path.join(directory, 'truth.json');
  if (!fs.existsSync(truth)) {
    const inner = fs.readdirSync(directory).map((name) => path.join(directory, name));
    return inner.filter((one) => fs.existsSync(path.join(one, 'truth.json'))).flatMap(casesElsewhere);
  }
  const {
    leak,
    fixable,
    culprit = {},
    retainingPathMustContainInOrder: names = [],
  } = JSON.parse(fs.readFileSync(truth, 'utf8'));
  const { acceptableTopClasses = [], containerFile, containerFileResolvableFromSnapshot: isKnown } = culprit;
  return [
    {
      title: path.basename(directory),
      expect: {
        // Some names come with the kind of the node.
        classes: acceptableTopClasses.map((/** @type {string} */ name) =>
          name.replace(/^(closure|native):|^\(hidden\) /, ''),
        ),
        path: names.map((/** @type {string} */ name) => name.replace(/^\./, '')),
        ...(isKnown === false ? {} : { file: containerFile }),
        isLoose: true,
      },
      hasFixed: leak !== false && fixable !== false,
      run: async (dir, variant) => {
        if (
          fs.existsSync(path.join(directory, 'package.json')) &&
          !fs.existsSync(path.join(directory, 'node_modules'))
        ) {
          const npm = (/** @type {string[]} */ ...args) =>
            run('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund'], {
              cwd: directory,
              timeout: TIMEOUT_MS,
            });
          // Without a lock file, or with one that this npm does not take.
          await npm('ci').catch(() => npm('install', '--no-package-lock'));
        }
        const env = { ...process.env, FIXED: variant === 'fixed' ? '1' : '' };
        await run(process.execPath, ['leak.js', dir], { cwd: directory, env, timeout: TIMEOUT_MS });
      },
    },
  ];
}

/**
 * @param {Case} one
 * @returns {Promise<Row>}
 */
async function tryCase(one) {
  const problems = [];
  const { expect } = one;
  const isLeak = expect.classes.length > 0;
  const { said: leaking, suspects } = await ask(one, 'leak', WAYS);
  /** @type {Record<string, string>} */
  const ways = {};
  for (const { title, compareBy, isRight, leaks, isUnknown } of leaking) {
    const problem = isLeak ? whyWrong(leaks, expect) : leaks.length > 0 && `false alarm: ${leaks[0].className}`;
    ways[title] = problem === MISSED && isUnknown ? 'cannot tell' : problem || 'yes';
    if (problem && isRight && !(expect.needsIds && compareBy !== 'ids')) problems.push(`${title}: ${problem}`);
  }
  const [ids, structure] = SURE.map(({ title }) => leaking.find((way) => way.title === title));
  const isSame = ids?.leaks[0]?.fingerprint === structure?.leaks[0]?.fingerprint;
  if (isLeak && !expect.isLoose && !expect.needsIds && !isSame) problems.push('fingerprints differ');
  if (isLeak && one.hasFixed) {
    for (const { title, leaks } of (await ask(one, 'fixed', SURE)).said) {
      if (leaks.length > 0) problems.push(`repaired, ${title}: false alarm: ${leaks[0].className}`);
    }
  }
  return {
    ...one,
    isLeak,
    first: ids?.leaks[0],
    ms: ids?.ms ?? 0,
    problems,
    ways,
    oneFile: isLeak ? inOneFile(suspects, expect) : '',
  };
}

/**
 * @param {Case} one
 * @param {Error} error
 * @returns {Row}
 */
function notRun(one, error) {
  const [what, why = ''] = error.message.split('\n').filter((line) => /\S/.test(line));
  return {
    ...one,
    isLeak: true,
    first: undefined,
    ms: 0,
    problems: [`did not run: ${what} ${why}`],
    ways: {},
    oneFile: '',
  };
}

/**
 * What each way says. A program from elsewhere may write no snapshot before its warm-up: that way is left out.
 *
 * @param {Case} one
 * @param {'leak' | 'fixed'} variant
 * @param {typeof WAYS} ways
 */
async function ask({ run: take }, variant, ways) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-cases-'));
  try {
    await take(dir, variant);
    const said = [];
    for (const way of ways) {
      const files = [...way.files].map((file) => path.join(dir, `${file}.heapsnapshot`));
      if (!fs.existsSync(files[0])) continue;
      const start = performance.now();
      const { leaks, verdict } = await findLeaks(files, { compareBy: way.compareBy });
      said.push({ ...way, leaks, isUnknown: verdict === 'unknown', ms: performance.now() - start });
    }
    const { suspects } = await findSuspects(path.join(dir, 'C.heapsnapshot'));
    return { said, suspects };
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

/**
 * @param {import('..').Leak[]} leaks
 * @param {Expected} expected
 */
function whyWrong([leak, ...others], { classes, path: names, kind, line, file, isLoose }) {
  if (leak === undefined) return MISSED;
  const first = [leak.className, ...(isLoose ? leak.classes.slice(0, 3).map(({ className }) => className) : [])];
  if (!classes.some((name) => first.some((one) => (isLoose ? one.includes(name) : one === name))))
    return `first is ${leak.className}, not ${classes.join(' or ')}`;
  const told = [...leak.retainingPath.flatMap(({ edge, name }) => [edge, name]), leak.className];
  let at = 0;
  for (const name of names) {
    while (at < told.length && !told[at].includes(name)) at += 1;
    if (at === told.length) return `${name} is missing on the path`;
  }
  const otherLine = whyOtherLine(leak, line);
  if (otherLine) return otherLine;
  if (kind !== undefined && leak.kind !== kind) return `${leak.kind}, not ${kind}`;
  const places = [leak, leak.container, ...leak.retainingPath].flatMap(({ location }) =>
    location ? [location.file] : [],
  );
  if (file !== undefined && !places.some((one) => one.endsWith(file))) return `${file} is not named`;
  return others.length > 0 && `${others.length} more entries: ${others.map(({ className }) => className).join(', ')}`;
}

/**
 * Whether the last snapshot alone names the class and the own line among its first suspects.
 *
 * @param {import('..').Suspect[]} suspects
 * @param {Expected} expected
 */
function inOneFile(suspects, { classes, line, isLoose }) {
  const isNamed = (/** @type {string} */ className) =>
    classes.some((name) => (isLoose ? className.includes(name) : className === name));
  const at = suspects
    .slice(0, FIRST_SUSPECTS)
    .findIndex((one) => [one, ...one.classes].some(({ className }) => isNamed(className)));
  if (at < 0) return suspects.length === 0 ? 'too small' : `no: ${code(suspects[0].className)}`;
  const otherLine = whyOtherLine(suspects[at], line);
  return `${at + 1}.${otherLine === '' ? '' : `, ${otherLine.replaceAll(`${root}/`, '')}`}`;
}

/**
 * @param {Pick<import('..').Leak, 'responsible'>} leak or a suspect
 * @param {string | null | undefined} expected
 */
function whyOtherLine({ responsible }, expected) {
  if (expected === undefined) return '';
  if (responsible.evidence === 'unknown') return expected === null ? '' : `no own line: ${responsible.because}`;
  const { file, line, wholeFile } = responsible.location;
  const text = wholeFile ? file : (fs.readFileSync(file, 'utf8').split('\n')[line - 1] ?? '');
  return expected !== null && text.includes(expected) ? '' : `own line ${file}:${line}`;
}

/**
 * @param {Row[]} rows
 * @param {boolean} isPart the other rows of the document stay
 */
function write(rows, isPart) {
  const document = fs.readFileSync(target, 'utf8');
  const at = document.indexOf(MARK);
  const table = drawTable(rows);
  if (isPart && !document.slice(at).split('\n').includes(table[0]))
    throw new Error(`the table of ${target} has other columns: write all of it`);
  const titleOf = (/** @type {string} */ line) => line.split(' | ', 1)[0];
  const drawn = new Map(table.map((line) => [titleOf(line), line]));
  const lines = isPart
    ? document
        .slice(at)
        .split('\n')
        .filter((line) => line.startsWith('| '))
        .map((line) => drawn.get(titleOf(line)) ?? line)
    : table.filter((line) => line.startsWith('| '));
  const [head, ...body] = lines;
  const right = body.filter((line) =>
    / \| (yes|yes; repaired: nothing|healthy(?: by its ids)?, and so it says) \| /.test(line),
  ).length;
  const text = [
    MARK,
    `Written by \`node benches/leak-table.js\` on ${new Date().toISOString().slice(0, 10)} with Node ${process.version}: ${right} of ${body.length} right, each with ids and, but for what only ids can tell, without. ` +
      'Right means: one entry, of the right class, with the right container, path and own line; nothing for the repaired form. ' +
      'The columns of the ways say the same of three snapshots with ids, of the first and the last, ' +
      'of three of which the first was taken before the warm-up (Z), and of three without ids; "missed" is no entry, and "cannot tell" is none that says so. The column of one file is of `findSuspects` with the last snapshot alone: the place of the suspect with the right class among the first three, and what is wrong with its own line. The time is that of `findLeaks` on three snapshots.',
    '',
    head,
    table[1],
    ...body,
    '',
  ];
  fs.writeFileSync(target, `${at < 0 ? `${document.trimEnd()}\n\n` : document.slice(0, at)}${text.join('\n')}`);
}

/** @param {Row[]} rows */
function drawTable(rows) {
  const lineOf = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [
    lineOf(COLUMNS.map(({ title }) => title)),
    `|${COLUMNS.map((column) => ('align' in column ? column.align : '---')).join('|')}|`,
    ...rows.map((row) => lineOf(COLUMNS.map(({ cell }) => cell(row)))),
  ];
}

/** @param {Row} row */
function verdict({ expect, isLeak, hasFixed, problems }) {
  if (problems.length > 0) return problems.join('; ');
  if (isLeak) return `yes${hasFixed ? '; repaired: nothing' : ''}`;
  return `healthy${expect.needsIds ? ' by its ids' : ''}, and so it says`;
}

/** @param {import('..').Leak} leak */
function ownLine({ responsible }) {
  if (responsible.evidence === 'unknown') return 'the snapshot does not know';
  const { location, evidence, probably } = responsible;
  const { file, line } = location.original ?? location;
  const shown = location.wholeFile ? path.basename(file) : `${path.basename(file)}:${line}`;
  return `${code(shown)} (${probably ? 'probably, ' : ''}${evidence})`;
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
