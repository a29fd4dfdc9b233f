'use strict';

const assert = require('node:assert/strict');
const { describe, it, mock } = require('node:test');
const path = require('node:path');
const { printLocation } = require('../words/location');
const { drawPath } = require('../cli/path-lines');
const { writeEdge } = require('../words/reference');
const { annotations } = require('../cli/leaks/github');
const { leaksAsMarkdown } = require('../cli/leaks/markdown');
const { explainLeak } = require('../cli/leaks/details');
const { tellLeaks } = require('../cli/leaks/story');
const { count, countDelta, counted, distance, percent, size, sizeDelta } = require('../words/numbers');
const { ProgressBar } = require('../cli/progress');
const { drawTable } = require('../cli/table');
const { describeTerminal } = require('../cli/terminal');
const { fit, harmless, widthOf, wrap } = require('../words/text');
const { nearest } = require('../cli/usage');
const { documentOf, leakOf } = require('./helpers/leak-document');

const PLAIN = describeTerminal({ isTTY: false }, { environment: {} });
const terminalOf = (columns) => ({ ...describeTerminal({ isTTY: true, columns }, { color: false }) });

describe('numbers', () => {
  it('prints sizes as DevTools does', () => {
    const cases = [
      [0, '0 B'],
      [999, '999 B'],
      [1000, '1.0 kB'],
      [99_940, '99.9 kB'],
      [100_000, '100 kB'],
      [999_499, '999 kB'],
      [1_000_000, '1.0 MB'],
      [19_583_964, '19.6 MB'],
      [123_456_789, '123 MB'],
      [6_900_000_000, '6,900 MB'],
      [-1500, '\u22121.5 kB'],
    ];
    for (const [bytes, text] of cases) assert.equal(size(bytes), text);
  });

  it('groups thousands and signs changes', () => {
    assert.equal(count(1234567), '1,234,567');
    assert.equal(countDelta(1000), '+1,000');
    assert.equal(countDelta(-1000), '\u22121,000');
    assert.equal(countDelta(0), '0');
    assert.equal(sizeDelta(49_360), '+49.4 kB');
    assert.equal(counted(1, 'leak'), '1 leak');
    assert.equal(counted(2, 'class', 'classes'), '2 classes');
    assert.equal(percent(1, 3), '33 %');
    assert.equal(percent(1, 0), '');
  });

  it('has no distance for what no program reaches', () => {
    assert.equal(distance(7), '7');
    assert.equal(distance(-5), '–');
    assert.equal(distance(100_000_003), '–');
  });
});

describe('hostile names', () => {
  it('writes out whatever acts on a terminal', () => {
    const cases = [
      ['\x1b[2J\x1b]0;title\x07', '\\x1b[2J\\x1b]0;title\\x07'],
      ['a\nb\tc\rd', 'a\\nb\\tc\\rd'],
      ['\u009b31m', '\\x9b31m'],
      ['abc\u202edcba\u2066x', 'abc\\u202edcba\\u2066x'],
      ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
      ['tag\u{e0041}', 'tag\\u{e0041}'],
      ['half \ud83d of a pair', 'half \\ud83d of a pair'],
      ['fine 漢字 😀 é', 'fine 漢字 😀 é'],
    ];
    for (const [name, text] of cases) assert.equal(harmless(name), text);
  });

  it('leaves no control character in any line of any view', () => {
    const name = '\x1b[31mred\x07\u202e\n';
    const step = { name, edge: name, id: 5, location: { file: `/${name}.js`, line: 1, column: 1, scriptId: 1 } };
    const known = { package: name, version: name, versions: name, title: name, advice: name, source: name };
    const leak = leakOf({ name, text: name, file: `/${name}.js`, known });
    const oneOff = [{ className: name, size: 5, why: 'filled', because: name }];
    const dropped = [{ className: name, countGrowth: [5], sizeGrowth: [5], rule: 'few', because: name }];
    const document = documentOf([leak, leak], { ids: false, reason: name, oneOff, dropped });
    const files = [name, name, name];
    const lines = [
      ...tellLeaks(document, { files, limit: 1, terminal: PLAIN }),
      ...tellLeaks(document, { files, limit: 5, all: true, tree: true, full: true, terminal: PLAIN }),
      ...explainLeak(document, leak, { files, terminal: PLAIN }),
      ...leaksAsMarkdown(document, { root: '/' }),
      ...annotations([leak], { root: '/' }),
      ...drawPath([step, step], PLAIN),
    ];
    // eslint-disable-next-line no-control-regex
    for (const line of lines) assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202e]/);
  });
});

describe('width', () => {
  it('counts columns, not characters', () => {
    assert.equal(widthOf('abc'), 3);
    assert.equal(widthOf('漢字'), 4);
    assert.equal(widthOf('e\u0301'), 1);
    assert.equal(widthOf('😀'), 2);
  });

  it('cuts a name at its end and a path at its beginning', () => {
    assert.equal(fit('abcdef', 4), 'abc…');
    assert.equal(fit('src/deep/file.js', 8, 'end'), '…file.js');
    assert.equal(fit('漢字漢字', 4), '漢…');
    assert.equal(fit('abc', 3), 'abc');
  });

  it('breaks lines at spaces', () => {
    assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
    assert.deepEqual(wrap('unbreakable', 4), ['unbreakable']);
  });
});

describe('table', () => {
  const columns = [
    { title: 'Class', cell: (row) => row.name, flexible: true },
    { title: 'Count', cell: (row) => count(row.count), align: 'right' },
    { title: 'Location', cell: () => 'src/some/where.js:1:1', optional: true },
  ];
  const rows = [
    { name: 'Session', count: 1000 },
    { name: '漢字', count: 5 },
  ];

  it('aligns columns, wide characters too', () => {
    assert.deepEqual(drawTable(columns.slice(0, 2), rows, PLAIN), [
      'Class    Count',
      'Session  1,000',
      '漢字         5',
    ]);
  });

  it('never exceeds the terminal: optional columns go first, then the end of names', () => {
    const long = [{ name: 'A'.repeat(100), count: 1 }];
    const lines = drawTable(columns, long, terminalOf(44));
    assert.deepEqual(lines.map(widthOf), [44, 44]);
    assert.doesNotMatch(lines[0], /Location/);
    assert.match(lines[1], /^A+… {6}1$/);
  });
});

describe('colour', () => {
  const isColored = (stream, options) => describeTerminal(stream, options).style('red', 'x') !== 'x';
  const tty = { isTTY: true, columns: 80 };

  it('is for terminals, unless the user says otherwise', () => {
    assert.equal(isColored(tty, { environment: {} }), true);
    assert.equal(isColored({}, { environment: {} }), false);
    assert.equal(isColored(tty, { environment: { NO_COLOR: '1' } }), false);
    assert.equal(isColored(tty, { environment: { TERM: 'dumb' } }), false);
    assert.equal(isColored({}, { environment: { FORCE_COLOR: '1' } }), true);
    assert.equal(isColored(tty, { environment: { FORCE_COLOR: '0' } }), false);
    assert.equal(isColored(tty, { color: false, environment: { FORCE_COLOR: '1' } }), false);
  });
});

describe('ladder', () => {
  it('writes edges as code does', () => {
    const cases = [
      ['cache', '.cache'],
      ['12', '[12]'],
      ['a b', '["a b"]'],
      ['', ''],
      ['<symbol owner>', '<symbol owner>'],
      ['$x', '.$x'],
      ['table[3]', '[3]'],
      ['properties[3]', '[3]'],
      ['elements[]', '[]'],
      ['[]', '[]'],
      ['tables[3]', '["tables[3]"]'],
    ];
    for (const [edge, text] of cases) assert.equal(writeEdge(edge), text);
  });

  it('folds a chain of equal steps', () => {
    const chain = Array.from({ length: 50 }, (_, at) => ({
      name: 'Node',
      edge: 'next',
      reference: '.next',
      id: 10 + at,
    }));
    const lines = drawPath(
      [
        { name: '(GC roots)', edge: '', reference: '', id: 1 },
        { name: 'List', edge: '[1]', reference: '', id: 3 },
        ...chain,
      ],
      PLAIN,
    );
    assert.deepEqual(lines, [
      '(GC roots) @1',
      '  → List @3',
      '    .next → Node @10',
      '      .next → Node @11',
      '        … 47 more like it',
      '        .next → Node @59',
    ]);
  });

  it('shows a plain object by its properties', () => {
    const lines = drawPath(
      [
        { name: '(roots)', edge: '', reference: '', id: 1 },
        { name: 'Object', shape: '{id, user}', edge: 'x', reference: '.x', id: 5 },
      ],
      PLAIN,
    );
    assert.deepEqual(lines, ['(roots) @1', '  .x → {id, user} @5']);
  });

  it('puts a location on the next line where it does not fit', () => {
    const location = { file: '/very/long/path/to/some/module/of/the/program.js', line: 100, column: 20, scriptId: 1 };
    const lines = drawPath(
      [
        { name: 'a', edge: '', reference: '', id: 1 },
        { name: 'Session', edge: 'x', reference: '.x', id: 5, location },
      ],
      terminalOf(50),
    );
    assert.deepEqual(lines, [
      'a @1',
      '  .x → Session @5',
      '       /very/long/path/to/some/module/of/the/program.js:100:20',
    ]);
  });
});

describe('location', () => {
  const at = (file, more) => ({ file, line: 8, column: 1, scriptId: 3, ...more });

  it('is relative below the folder and absolute elsewhere', () => {
    const folder = path.resolve('/srv/app');
    assert.equal(printLocation(at('/srv/app/src/a.js'), folder), 'src/a.js:8:1');
    assert.equal(printLocation(at('file:///srv/app/src/a.js'), folder), 'src/a.js:8:1');
    assert.equal(printLocation(at('/srv/application/a.js'), folder), '/srv/application/a.js:8:1');
    assert.equal(printLocation(at('node:fs'), folder), 'node:fs:8:1');
    assert.equal(printLocation(at(''), folder), '');
    assert.equal(printLocation(undefined, folder), '');
  });

  it('prefers the original source', () => {
    assert.equal(
      printLocation(
        at('/srv/app/dist/a.js', { original: { file: '/srv/app/src/a.ts', line: 2, column: 3 } }),
        '/srv/app',
      ),
      'src/a.ts:2:3',
    );
  });
});

describe('leaks', () => {
  const files = ['a.heapsnapshot', 'b.heapsnapshot', 'c.heapsnapshot'];
  const tell = (document, more) => tellLeaks(document, { files, limit: 1, terminal: PLAIN, ...more });

  it('says how certain it is when nothing leaks', () => {
    assert.match(tell(documentOf([], { snapshots: 2 })).join(' '), /^No leak over 2 snapshots .* A third snapshot/);
    assert.match(
      tell(documentOf([])).join(' '),
      /^No leak over 3 snapshots .* each of the 2 intervals\. 50,000 objects/,
    );
  });

  it('tells growth that ended in one line, and in rows when asked', () => {
    const oneOff = ['A', 'B', 'C', 'D'].map((className) => ({
      className,
      size: 5000,
      why: 'filled',
      because: 'grew, then stopped',
    }));
    const document = documentOf([], { oneOff });
    assert.match(tell(document).at(-1), /^Grew, but is no leak: A \+5\.0 kB \(filled\), .*, …\.$/);
    assert.equal(tell(document, { all: true }).filter((line) => /grew, then stopped/.test(line)).length, 4);
  });

  it('says with --all which rule dropped a growth', () => {
    const row = { className: 'Job', sizeGrowth: [320, 320], rule: 'few', because: 'too few of them' };
    const dropped = [
      { ...row, countGrowth: [4, 4] },
      { ...row, className: 'Table', countGrowth: [0, 0] },
    ];
    const document = documentOf([], { dropped });
    assert.doesNotMatch(tell(document).join('\n'), /too few of them/);
    const lines = tell(document, { all: true });
    assert.ok(
      lines.some((line) => /Job +\+8 +few +too few of them/.test(line)),
      lines.join('\n'),
    );
    assert.ok(
      lines.some((line) => /Table +\+640 B +few/.test(line)),
      lines.join('\n'),
    );
    assert.doesNotMatch(tell(documentOf([]), { all: true }).join('\n'), /a rule says/);
  });

  it('begins with the leak and fits one screen', () => {
    const long = {
      ...leakOf({ file: `/srv/${'deep/'.repeat(30)}store.js`, text: 'a long text of many words '.repeat(20) }),
    };
    const middle = Array.from({ length: 40 }, (_, at) => ({
      id: 100 + at,
      edge: 'next',
      reference: '.next',
      name: 'Node',
      leaking: 'unknown',
    }));
    long.retainingPath = [...long.retainingPath.slice(0, 2), ...middle, long.retainingPath.at(-1)];
    const lines = tell(documentOf([long]), { terminal: terminalOf(80) });
    assert.match(lines[0], /^Session piles up in Session\.Session, a Session: \+101 objects/);
    assert.ok(lines.length <= 24, `${lines.length} lines`);
    for (const line of lines) assert.ok(widthOf(line) <= 80, line);
    assert.match(lines.join('\n'), /✓ .* ← grows here[^]*✗ .* ← cut here/);
  });

  it('stays within a narrow terminal', () => {
    const lines = tell(documentOf([leakOf({ name: 'x'.repeat(90) })]), { terminal: terminalOf(40), full: true });
    for (const line of lines.filter((text) => /[✓✗?] /.test(text))) assert.ok(widthOf(line) <= 70, line);
  });

  it('tells further leaks in a line each', () => {
    const lines = tell(documentOf([leakOf(), leakOf({ name: 'Job' }), leakOf({ name: 'Task' })]));
    assert.match(lines[0], /^1\. Session piles up/);
    assert.deepEqual(
      lines.filter((line) => /^[23]\. /.test(line)).map((line) => line.slice(0, 12)),
      ['2. Job +202 ', '3. Task +202'],
    );
    assert.equal(
      tell(documentOf([leakOf(), leakOf()]), { limit: 2 }).filter((line) => /^[12]\. Session piles up/.test(line))
        .length,
      2,
    );
  });

  it('names the library whose leak it is', () => {
    const known = {
      package: 'axios',
      version: '0.21.4',
      versions: '<0.22.0',
      title: 'a token keeps requests',
      advice: 'Upgrade.',
      source: 'https://x',
    };
    const text = tell(documentOf([leakOf({ known })])).join('\n');
    assert.match(text, /Known +axios 0\.21\.4 \(<0\.22\.0\): a token keeps requests/);
    assert.match(text, /Fix +Upgrade\./);
    assert.match(
      tell(documentOf([leakOf({ known: { ...known, version: null } })])).join('\n'),
      /Known +axios \(if it is <0\.22\.0\)/,
    );
  });
});

describe('suggestions', () => {
  it('knows what was meant', () => {
    const words = ['summary', 'stats', 'strings', 'leaks', 'json'];
    assert.equal(nearest('sumary', words), 'summary');
    assert.equal(nearest('statsu', words), 'stats');
    assert.equal(nearest('jsno', words), 'json');
    assert.equal(nearest('lea', words), 'leaks');
    assert.equal(nearest('quantum', words), undefined);
  });
});

describe('progress bar', () => {
  const draw = (isTTY, work) => {
    const written = [];
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    try {
      const bar = new ProgressBar({ isTTY, columns: 60, write: (text) => written.push(text) });
      bar.update('reading a.heapsnapshot', 0.5);
      for (let passed = 0; passed < work; passed += 50) mock.timers.tick(50);
      bar.stop();
      mock.timers.tick(1000);
    } finally {
      mock.timers.reset();
    }
    return written;
  };

  it('comes after half a second, only in a terminal, and goes away', () => {
    assert.deepEqual(draw(true, 400), []);
    assert.deepEqual(draw(false, 5000), []);
    const written = draw(true, 750);
    assert.match(written[0], / 50 % reading a\.heapsnapshot$/);
    assert.equal(written.length, 4);
    assert.equal(written.at(-1), '\r\u001b[2K');
  });
});
