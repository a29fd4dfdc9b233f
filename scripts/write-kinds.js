'use strict';

// Writes a page for each kind of leak: docs/kinds/KIND.md, and docs/kinds/README.md, the list of all.
//
// usage: node scripts/write-kinds.js [KIND…]
//
// What a person writes stands in kinds.js. The program and its repair are those of a case in examples/leaks, and the
// verdicts are what `heaphound leaks` prints about them. docs/kinds/browser.md and other.md are written by hand.

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { OF_BROWSERS } = require('../words/kind-page');
const kinds = require('./kinds');

const ROOT = path.join(__dirname, '..');
const CASES = path.join(ROOT, 'examples', 'leaks');
const PAGES = path.join(ROOT, 'docs', 'kinds');
const CLI = path.join(ROOT, 'cli', 'main.js');
const WIDTH = 120;
const run = promisify(execFile);
/** `exports.expect` says what the search should find, and comes last. */
const EXPECT = /^exports\.expect = [\s\S]*/m;
/** The first line, and all that are indented or close it. */
const FIXED = /^exports\.fixed = .*(?:\n[ }].*)*/m;

/**
 * The page of a kind.
 *
 * @param {string} kind
 * @param {{ leak: string, fixed: string }} verdicts what `heaphound leaks` prints
 */
function page(kind, verdicts) {
  const { program, why, healthy, facts } = kinds[kind];
  const source = fs
    .readFileSync(path.join(CASES, `${program}.js`), 'utf8')
    .replace(EXPECT, '')
    .trimEnd();
  const fixed = FIXED.exec(source)?.[0];
  if (fixed === undefined) throw new Error(`${program} has no repaired form`);
  return `# ${kind}

<!-- Written by scripts/write-kinds.js. Change scripts/kinds.js. -->

${paragraph(why)}

In a clone the program is \`examples/leaks/${program}.js\`; \`exports.leak\` is one operation.

\`\`\`js
${source
  .replace(fixed, '')
  .replaceAll(/\n{3,}/g, '\n\n')
  .trimEnd()}
\`\`\`

## The verdict

${said(program, 'leak', verdicts.leak)}

[Reading a verdict](../reading-a-verdict.md) explains each line.

## The repair

\`\`\`js
${fixed}
\`\`\`

${said(program, 'fixed', verdicts.fixed)}

## When it is no leak

${paragraph(healthy)}

## What stands behind it

${facts.map(([fact, url]) => `- ${paragraph(`${fact}:`, '  ')}\n  <${url}>`).join('\n')}

All kinds: [the list](README.md), and [what tells each](../leaks.md#the-method).
`;
}

/**
 * @param {string} program
 * @param {'leak' | 'fixed'} variant
 * @param {string} output
 */
function said(program, variant, output) {
  return `\`\`\`console
$ node run.js ./${program} heaps${variant === 'fixed' ? ' fixed' : ''}
$ npx heaphound leaks heaps
${output.trimEnd()}
\`\`\``;
}

/**
 * Text in lines of at most 120 columns.
 *
 * @param {string} text
 * @param {string} [indent] of the lines below the first
 */
function paragraph(text, indent = '') {
  /** @type {string[]} */
  const lines = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH - indent.length) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${indent}`);
}

/**
 * Runs a case, leaking and repaired.
 *
 * @param {string} kind
 */
async function verdictsOf(kind) {
  const place = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-kinds-')));
  try {
    const [leak, fixed] = ['leak', 'fixed'].map((variant) => path.join(place, variant));
    for (const work of [leak, fixed])
      await run(process.execPath, ['run.js', `./${kinds[kind].program}`, work, path.basename(work)], { cwd: CASES });
    return { leak: await verdictOf(leak), fixed: await verdictOf(fixed) };
  } finally {
    fs.rmSync(place, { recursive: true, force: true });
  }
}

/**
 * What `heaphound leaks` prints about a folder of snapshots, as a reader sees it.
 *
 * @param {string} work
 * @returns {Promise<string>}
 */
async function verdictOf(work) {
  const { NODE_OPTIONS, FORCE_COLOR, GITHUB_ACTIONS, ...environment } = process.env;
  const options = { cwd: CASES, env: { ...environment, NO_COLOR: '1' } };
  // Exit code 1: there are leaks.
  const { stdout } = await run(process.execPath, [CLI, 'leaks', work], options).catch((error) => {
    if (error.code !== 1) throw error;
    return /** @type {{ stdout: string }} */ (error);
  });
  return stdout.replaceAll(work, 'heaps').replaceAll(ROOT, '/home/you/heaphound');
}

/** The list of all kinds. */
function list() {
  const generated = Object.entries(kinds).map(
    ([kind, { program }]) => `| [\`${kind}\`](${kind}.md) | \`${program}\` |`,
  );
  const browser = OF_BROWSERS.map((kind) => `| [\`${kind}\`](browser.md) | a page in a browser |`);
  return `# Kinds of leaks

<!-- Written by scripts/write-kinds.js. -->

A page for each kind: a small program that leaks so, the verdict of \`heaphound leaks\` about it, its repair, how to tell
it from what is no leak, and what stands behind it. In a clone the programs are in \`examples/leaks/\`.

| kind | program |
|---|---|
${[...generated, ...browser, `| [\`other\`](other.md) | none |`].join('\n')}

How a kind is told from the others: [How leaks are found](../leaks.md#the-method).
`;
}

async function main() {
  fs.mkdirSync(PAGES, { recursive: true });
  for (const kind of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(kinds)) {
    fs.writeFileSync(path.join(PAGES, `${kind}.md`), page(kind, await verdictsOf(kind)));
    console.log(`docs/kinds/${kind}.md`);
  }
  fs.writeFileSync(path.join(PAGES, 'README.md'), list());
}

module.exports = { PAGES, kinds, list, page, verdictOf };

if (require.main === module) main();
