'use strict';

// Every printer says the same about the same leak: the terminal, the test helpers, the alarm, Markdown, SARIF, GitHub.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { annotations, doubt } = require('../cli/leaks/github');
const { explainLeak } = require('../cli/leaks/details');
const { leaksAsMarkdown } = require('../cli/leaks/markdown');
const { leaksAsSarif } = require('../cli/leaks/sarif');
const { tellLeaks } = require('../cli/leaks/story');
const { describeTerminal } = require('../cli/terminal');
const { alarmOf } = require('../lib/watch/alarm');
const { tellFailure, tellLeak } = require('../test/report/message');
const { ownLine } = require('../words/leak-own');
const { cutOf, headline } = require('../words/leak-sentences');
const { verdictOf } = require('../words/leak-verdict');
const { HOSTILE, documentOf, leakOf } = require('./helpers/leak-document');

const ROOT = path.resolve('/app');
const FILES = ['a.heapsnapshot', 'b.heapsnapshot', 'c.heapsnapshot'];
const MEASURED = { iterations: 101, warmup: 2, snapshots: 3, ignored: 0, durationMs: 1, process: 'this' };

/** What each printer makes of a document. @type {Record<string, (document: any) => string>} */
const PRINTERS = {
  terminal: (document) => tellLeaks(document, { files: FILES, limit: 9, terminal: describeTerminal({}) }).join(' '),
  Markdown: (document) => leaksAsMarkdown(document, { root: ROOT }).join('\n'),
  SARIF: (document) => {
    const [{ results, invocations = [] }] = leaksAsSarif(document, { root: ROOT, version: '1.2.3' }).runs;
    const notes = invocations.flatMap((one) => one.toolExecutionNotifications);
    return [...results, ...notes].map(({ message }) => message.text).join(' ');
  },
  GitHub: (document) => [...annotations(document.leaks, { root: ROOT }), ...doubt(document)].join('\n'),
  'a failed test': (document) => {
    const report = { ...MEASURED, leaks: document.leaks, grown: [] };
    return tellFailure(report, { files: FILES, document });
  },
  alarm: (document) =>
    alarmOf(
      'heap-trend',
      { diagnosis: '' },
      { level: 1e6, slope: 1, heapLimit: 1e9 },
      {
        snapshots: [],
        document,
        skipped: [],
      },
    ).message,
};
/** Printers of one leak. @type {Record<string, (leak: any) => string>} */
const OF_ONE = {
  explain: (leak) => explainLeak(documentOf([leak]), leak, { files: FILES, terminal: describeTerminal({}) }).join(' '),
  matcher: (leak) => tellLeak(leak).join('\n'),
};

/** Without the marks of Markdown and GitHub, and without the breaks of lines. @param {string} text */
const bare = (text) =>
  text
    .replaceAll(/<!-- -->/g, '')
    .replaceAll(/\\(?=[()\\[\]|*_`~!&{}])/g, '')
    .replaceAll('`', '')
    .replaceAll('%25', '%')
    .replaceAll(/\s+/g, ' ');

const LEAKS = {
  'objects in a Map': leakOf(),
  'uneven growth': { ...leakOf(), countGrowth: [101, 99] },
  'growth of bytes': { ...leakOf(), countGrowth: [0, 0], sizeGrowth: [9000, 9000] },
  operations: { ...leakOf(), perOperation: 1 },
  'a known leak': leakOf({
    known: { package: 'axios', version: '0.21.4', versions: '<0.22.0', title: 't', advice: 'a', source: 's' },
  }),
};

for (const [title, leak] of Object.entries(LEAKS)) {
  test(`${title}: every printer has the same headline`, () => {
    const printed = { ...PRINTERS, ...OF_ONE };
    for (const [name, print] of Object.entries(printed)) {
      const text = bare(print(name in OF_ONE ? leak : documentOf([leak])));
      assert.ok(text.includes(bare(headline(leak))), `${name}: ${headline(leak)} is not in ${text}`);
    }
  });

  test(`${title}: every printer that names the cut names the same one`, () => {
    const silent = ['alarm', 'GitHub'];
    for (const [name, print] of Object.entries({ ...PRINTERS, ...OF_ONE })) {
      if (silent.includes(name)) continue;
      const text = bare(print(name in OF_ONE ? leak : documentOf([leak])));
      assert.ok(text.includes(bare(cutOf(leak))), `${name}: ${cutOf(leak)} is not in ${text}`);
    }
  });
}

const OWN = {
  location: { file: '/app/src/price-service.js', line: 14, column: 3, scriptId: 7 },
  role: 'made',
  evidence: 'callback',
  because: 'the function onPrice(), which the leaked Session leads to by _events.response',
  probably: false,
};
const PLACES = {
  'a function': OWN,
  'a step of the path': { ...OWN, role: 'held', evidence: 'path', step: 5 },
  'one of several files': {
    ...OWN,
    location: { file: '/app/a.js', line: 1, column: 1, scriptId: 0, wholeFile: true },
    evidence: 'module',
    probably: true,
    others: [{ file: '/app/b.js', line: 1, column: 1, scriptId: 0, wholeFile: true }],
  },
};

for (const [title, responsible] of Object.entries(PLACES)) {
  test(`${title}: every printer names the own line`, () => {
    const leak = leakOf({ responsible });
    const { file, line, wholeFile } = responsible.location;
    const place = wholeFile ? file : `${file}:${line}:3`;
    // Files of a report are named from its root, and those on a terminal from the working folder.
    const inRoot = ['Markdown', 'SARIF', 'GitHub'];
    for (const [name, print] of Object.entries({ ...PRINTERS, ...OF_ONE })) {
      const text = bare(print(name in OF_ONE ? leak : documentOf([leak])));
      const shown = inRoot.includes(name) ? place.replace('/app/', '') : place;
      const { label } = ownLine(leak);
      const probably = responsible.probably ? 'probably ' : '';
      const said = new RegExp(`${probably}${label} ${shown}|${label}[ |:]+${probably}${shown}`, 'i');
      assert.match(text, said, `${name}: ${text}`);
    }
  });
}

test('SARIF and GitHub put the leak at the own line, and at a file without a line where only that is known', () => {
  const resultOf = (responsible) => {
    const { runs } = leaksAsSarif(documentOf([leakOf({ responsible })]), { root: ROOT, version: '1.2.3' });
    return runs[0].results[0].locations[0].physicalLocation;
  };
  assert.deepEqual(resultOf(OWN), {
    artifactLocation: { uri: 'src/price-service.js', uriBaseId: 'SRCROOT' },
    region: { startLine: 14, startColumn: 3 },
  });
  const { 'one of several files': whole } = PLACES;
  assert.deepEqual(resultOf(whole), { artifactLocation: { uri: 'a.js', uriBaseId: 'SRCROOT' } });
  const githubOf = (responsible) => annotations([leakOf({ responsible })], { root: ROOT })[0];
  assert.match(githubOf(OWN), /^::error file=src\/price-service\.js,line=14,col=3,/);
  assert.match(githubOf(whole), /^::error file=a\.js,title=/);
});

test('every printer of a page says when no own line is known, and how to know', () => {
  const responsible = { evidence: 'unknown', because: 'no step is own', command: 'node --require x APP' };
  const leak = leakOf({ responsible });
  for (const [name, print] of Object.entries({ ...PRINTERS, ...OF_ONE })) {
    if (name === 'alarm') continue;
    const text = bare(print(name in OF_ONE ? leak : documentOf([leak])));
    assert.match(text, /not known: no step is own\. To know, record allocations: node --require x APP/i, name);
  }
});

test('no printer lets a name act on a terminal', () => {
  const file = `/app/${HOSTILE}.js`;
  const responsible = {
    ...OWN,
    location: { ...OWN.location, file },
    because: HOSTILE,
    others: [{ ...OWN.location, file }],
  };
  const leak = leakOf({ name: HOSTILE, text: HOSTILE, file, responsible });
  for (const [name, print] of Object.entries({ ...PRINTERS, ...OF_ONE }))
    assert.doesNotMatch(print(name in OF_ONE ? leak : documentOf([leak])), /[\x1b\x07\u202e]/, name);
});

test('every printer says in the same words why it cannot tell', () => {
  const accounting = {
    size: 446_000,
    sizeGrowth: [223_000, 223_000],
    unexplainedSize: 440_000,
    isExplained: false,
    lines: [
      { what: 'unheld', because: 'nothing holds it', size: 440_000, sizeGrowth: [220_000, 220_000], classes: [] },
    ],
  };
  const document = documentOf([], { verdict: 'unknown', accounting });
  const { headline: verdict, paragraphs } = verdictOf(document);
  assert.match(verdict, /^Cannot tell: 440 kB of the 440 kB that grew are without an explanation\.$/);
  for (const [name, print] of Object.entries(PRINTERS)) {
    const text = bare(print(document));
    assert.ok(text.includes(verdict), `${name}: ${text}`);
    assert.ok(text.includes(bare(paragraphs[0])), `${name}: ${text}`);
  }
});

test('an alarm names the original place where a source map has one', () => {
  const leak = leakOf({ file: '/app/dist/bundle.js' });
  const original = { file: '/app/src/store.ts', line: 12, column: 3 };
  leak.container.location = { ...leak.container.location, original };
  assert.match(PRINTERS.alarm(documentOf([leak])), / \/app\/src\/store\.ts:12:3$/);
});

test('sentences about a leak are made in words/ alone', () => {
  const makes = /piles up|swells|with what (they|it) holds?|which holds|no leak|cannot tell/i;
  const folders = ['cli/leaks', 'test', 'http', 'fastify'];
  const wrong = folders
    .flatMap((folder) =>
      fs
        .readdirSync(path.join(__dirname, '..', folder), { recursive: true })
        .filter((file) => String(file).endsWith('.js'))
        .map((file) => path.join(folder, String(file))),
    )
    .concat('lib/watch/alarm.js')
    .flatMap((file) =>
      fs
        .readFileSync(path.join(__dirname, '..', file), 'utf8')
        .split('\n')
        .flatMap((line, at) => (makes.test(line) && !/^\s*(\/\/|\/?\*)/.test(line) ? [`${file}:${at + 1}`] : [])),
    );
  assert.deepEqual(wrong, []);
});
