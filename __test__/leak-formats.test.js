'use strict';

// Leaks for programs and platforms: SARIF, Markdown, GitHub Actions.

const assert = require('node:assert/strict');
const path = require('node:path');
const { describe, it } = require('node:test');
const { default: Ajv } = require('ajv');
const { default: addFormats } = require('ajv-formats');
const { annotations, doubt, isGithub, withoutCommands } = require('../cli/leaks/github');
const { leaksAsMarkdown } = require('../cli/leaks/markdown');
const { leaksAsSarif } = require('../cli/leaks/sarif');
const { HOSTILE, documentOf, leakOf } = require('./helpers/leak-document');
// The schema of the standard as OASIS publishes it, unchanged.
const SCHEMA = require('./fixtures/sarif-schema-2.1.0.json');

const ROOT = path.resolve('/app');
const KNOWN = {
  package: 'axios',
  version: '0.21.4',
  versions: '<0.22.0',
  title: 'a token keeps requests',
  advice: 'Upgrade.',
  source: 'https://example.com',
};

describe('SARIF', () => {
  const ajv = new Ajv({ strict: false, unicodeRegExp: false });
  addFormats(ajv);
  const isValid = ajv.compile(SCHEMA);
  const sarifOf = (leaks, more) => {
    // As a reader gets it.
    const document = JSON.parse(
      JSON.stringify(leaksAsSarif(documentOf(leaks), { root: ROOT, version: '1.2.3', ...more })),
    );
    assert.ok(isValid(document), JSON.stringify(isValid.errors?.slice(0, 3)));
    return document.runs[0];
  };

  it('fits the schema of the standard, whatever the names are', () => {
    sarifOf([]);
    sarifOf([leakOf(), leakOf({ kind: 'timers', known: KNOWN })]);
    sarifOf([leakOf({ name: HOSTILE, text: HOSTILE, file: `/app/${HOSTILE}.js` })]);
    assert.equal(isValid({ version: '2.1.0', runs: [{}] }), false, 'the schema is looked at');
  });

  it('names the container by a file below the root, and the class', () => {
    const {
      results: [result],
      originalUriBaseIds,
    } = sarifOf([
      { ...leakOf({ file: '/app/src/a b#1.js' }), location: { file: '/app/src/c.js', line: 3, column: 1 } },
    ]);
    const { physicalLocation } = result.locations[0];
    assert.deepEqual(physicalLocation, {
      artifactLocation: { uri: 'src/a%20b%231.js', uriBaseId: 'SRCROOT' },
      region: { startLine: 9, startColumn: 5 },
    });
    assert.equal(result.relatedLocations[0].physicalLocation.artifactLocation.uri, 'src/c.js');
    assert.match(originalUriBaseIds.SRCROOT.uri, /^file:\/\/.*\/app\/$/);
    assert.deepEqual(result.partialFingerprints, { 'heaphoundLeak/v1': 'c0ffee00c0ffee00' });
    assert.equal(result.level, 'error');
  });

  it('leaves files outside of the root absolute, and prefers the original source', () => {
    const uriOf = (leak) => sarifOf([leak]).results[0].locations[0].physicalLocation.artifactLocation;
    assert.deepEqual(uriOf(leakOf({ file: '/other/a.js' })), { uri: 'file:///other/a.js' });
    const mapped = leakOf({ file: '/app/dist/a.js' });
    mapped.container.location.original = { file: '/app/src/a.ts', line: 2, column: 1 };
    assert.equal(uriOf(mapped).uri, 'src/a.ts');
  });

  it('has a rule for each kind and no place where there is none', () => {
    const nowhere = leakOf({ kind: 'sockets' });
    delete nowhere.location;
    delete nowhere.container.location;
    nowhere.retainingPath.forEach((step) => delete step.location);
    const { tool, results } = sarifOf([leakOf(), leakOf(), nowhere]);
    assert.deepEqual(
      tool.driver.rules.map((rule) => rule.id),
      ['leak/growing-map', 'leak/sockets'],
    );
    assert.deepEqual(
      results.map((result) => result.ruleIndex),
      [0, 0, 1],
    );
    assert.equal(results[2].locations, undefined);
  });

  it('says what a baseline has', () => {
    const other = { ...leakOf(), fingerprint: 'new' };
    const { results } = sarifOf([leakOf(), other], { known: new Set(['c0ffee00c0ffee00']) });
    assert.deepEqual(
      results.map((result) => result.baselineState),
      ['unchanged', 'new'],
    );
  });
});

describe('Markdown', () => {
  it('keeps names in code, where they do nothing', () => {
    const known = { ...KNOWN, title: HOSTILE, advice: HOSTILE, source: HOSTILE };
    const text = leaksAsMarkdown(
      documentOf([leakOf({ name: HOSTILE, text: HOSTILE, file: `/app/${HOSTILE}.js`, known })]),
      { root: ROOT },
    ).join('\n');
    const outside = text
      .replaceAll(/^(`{3,})text\n[^]*?\n\1$/gm, '')
      .replaceAll(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '');
    for (const harm of ['<img', '@octocat', '#1', 'http://evil', '](', '| ['])
      assert.equal(outside.includes(harm), false, `${harm} in ${outside}`);
    // A table is one line a row, of two cells.
    for (const row of text.split('\n').filter((line) => line.startsWith('| ')))
      assert.equal(row.replaceAll('\\|', '').split('|').length, 4, row);
  });

  it('says that nothing leaks', () => {
    assert.match(
      leaksAsMarkdown(documentOf([]), { root: ROOT }).join('\n'),
      /^### No leak\n\n\*\*No leak over 3 snapshots .*\*\*\n\nNothing accumulated in each of the 2 intervals\./,
    );
  });

  it('has the facts and the path', () => {
    const text = leaksAsMarkdown(documentOf([leakOf({ known: KNOWN })]), { root: ROOT }).join('\n');
    assert.match(
      text,
      /^### 1 leak\n\n\*\*`Session` piles up in `Session\.Session`, a `Session`: \+101 objects at every step/,
    );
    assert.match(text, /^\| Container \| `Session @5`, `src\/store\.js:9:5` \|$/m);
    assert.match(text, /^\| Known \| axios 0\.21\.4 \\\(&lt;0\.22\.0\\\): a token keeps requests /m);
    assert.match(text, /^✗ \.Session → Session {2}src\/store\.js:9:5 {2}← cut here$/m);
  });
});

describe('GitHub Actions', () => {
  it('escapes by its rules', () => {
    const [line] = annotations([leakOf({ name: HOSTILE, text: HOSTILE, file: '/app/a,b:c%.js' })], { root: ROOT });
    assert.equal(line.split('\n').length, 1);
    const [, properties, text] = /^::error ([^:]*)::(.*)$/.exec(line);
    const read = Object.fromEntries(properties.split(',').map((pair) => pair.split(/=(.*)/s, 2)));
    assert.deepEqual(Object.keys(read), ['file', 'line', 'col', 'title']);
    assert.equal(read.file, 'a%2Cb%3Ac%25.js');
    assert.doesNotMatch(text, /[\r\n]|%(?!25|0A|0D)/);
  });

  it('names no file outside of the root, and says how sure it is', () => {
    assert.match(annotations([leakOf({ file: '/other/a.js' })], { root: ROOT })[0], /^::error title=/);
    assert.match(
      annotations([{ ...leakOf(), confidence: 'medium' }], { root: ROOT })[0],
      /^::warning file=src\/store\.js,line=9,col=5,/,
    );
  });

  it('keeps what is printed beside from being commands', () => {
    const lines = withoutCommands(['::error::x']);
    const [, token] = /^::stop-commands::(\S{20,})$/.exec(lines[0]);
    assert.deepEqual(lines.slice(1), ['::error::x', `::${token}::`]);
    assert.notEqual(withoutCommands([])[0], lines[0]);
  });

  it('is known by its variable', () => {
    assert.equal(isGithub({ GITHUB_ACTIONS: 'true' }), true);
    assert.equal(isGithub({}), false);
  });
});

describe('a document of which nobody can tell', () => {
  const row = (className) => ({
    className,
    count: 422,
    size: 400_000,
    countGrowth: [211, 211],
    sizeGrowth: [200_000, 200_000],
  });
  const unknown = (className) =>
    documentOf([], {
      verdict: 'unknown',
      accounting: {
        size: 446_000,
        sizeGrowth: [223_000, 223_000],
        unexplainedSize: 440_000,
        isExplained: false,
        lines: [
          {
            what: 'unheld',
            because: 'nothing holds it',
            size: 440_000,
            sizeGrowth: [220_000, 220_000],
            classes: [row(className)],
          },
        ],
      },
    });

  it('has in Markdown what would make it sure, as commands in blocks of code', () => {
    const next = [{ why: `Which <classes> grew`, command: 'heaphound diff `a` b' }];
    const markdown = leaksAsMarkdown({ ...unknown('Session'), next }, { root: ROOT }).join('\n');
    assert.ok(markdown.endsWith('**To be sure**\n\nWhich &lt;classes&gt; grew:\n\n```text\nheaphound diff `a` b\n```'));
    assert.doesNotMatch(leaksAsMarkdown(unknown('Session'), { root: ROOT }).join('\n'), /To be sure/);
  });

  it('is no leak and not healthy in Markdown, in SARIF and on GitHub', () => {
    const markdown = leaksAsMarkdown(unknown('Session'), { root: ROOT }).join('\n');
    assert.match(
      markdown,
      /^### Cannot tell\n\n\*\*Cannot tell: 440 kB of the 440 kB that grew are without an explanation\.\*\*/,
    );
    assert.match(markdown, /Session \+211, \+211/);
    const [{ results, invocations }] = leaksAsSarif(unknown('Session'), { root: ROOT, version: '1.2.3' }).runs;
    assert.deepEqual(results, []);
    assert.match(
      invocations[0].toolExecutionNotifications[0].message.text,
      /^Cannot tell: 440 kB .*Session \+211, \+211/,
    );
    assert.match(
      doubt(unknown('Session')).join('\n'),
      /^::warning title=Cannot tell::Cannot tell: 440 kB of the 440 kB/,
    );
    assert.deepEqual(doubt(documentOf([])), []);
    assert.equal(leaksAsSarif(documentOf([]), { root: ROOT, version: '1.2.3' }).runs[0].invocations, undefined);
  });

  it('does nothing to a reader, whatever the names are', () => {
    const ajv = new Ajv({ strict: false, unicodeRegExp: false });
    addFormats(ajv);
    const isValid = ajv.compile(SCHEMA);
    assert.ok(
      isValid(JSON.parse(JSON.stringify(leaksAsSarif(unknown(HOSTILE), { root: ROOT, version: '1.2.3' })))),
      JSON.stringify(isValid.errors?.slice(0, 3)),
    );
    assert.equal(doubt(unknown(HOSTILE)).join('\n').split('\n').length, 1);
    const markdown = leaksAsMarkdown(unknown(HOSTILE), { root: ROOT }).join('\n');
    assert.doesNotMatch(markdown, /<img|(?<!\\)\[a\]|@octocat|\x1b/);
  });
});
