'use strict';

// Names of a heap are input. Whatever they are: nothing that is printed acts on a terminal or hides, no line and no
// output is without a bound, and JSON says all of it.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { COMMAND_NAMES, allCommands } = require('../cli/commands');
const { commandHelp, generalHelp } = require('../cli/help');
const { drawTable } = require('../cli/table');
const { describeTerminal } = require('../cli/terminal');
const { findLeaks, makeReport, openStore } = require('..');
const { tellLeaks } = require('../cli/leaks/story');
const { tellFailure } = require('../test/report/message');
const { alarmOf } = require('../lib/watch/alarm');
const { createHandler } = require('../http');
const { label, toJson, visible, widthOf } = require('../words/text');
const { heaphound: run } = require('./helpers/command-line');
const { NAMES, hostileHeap } = require('./helpers/hostile-heap');

/** Places of names that are long or pile up. */
const LONG = NAMES.flatMap((name, at) => (name.length > 200 ? [at] : []));
/** Characters of a line: of a table, of a path step with its place, of the text of a string. */
const WIDEST = 1600;
/** Characters of a report about 26 names. */
const LONGEST = 300_000;
/** Made apart from the rule of `words/text.js`. */
const BAD = /[^\n\P{C}]|[^\n \P{Z}]|\p{Default_Ignorable_Code_Point}|[\u2800\u{1d159}\u{13441}]/u;
const isAssigned = (character) => !/\p{Cn}/u.test(character);

let folder;
let files;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-hostile-'));
  files = [5, 12, 19].map((count, at) => {
    const file = path.join(folder, `${'abc'[at]}.heapsnapshot`);
    fs.writeFileSync(file, hostileHeap({ count }));
    return file;
  });
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const heaphound = (args, environment = {}) => run(args, { environment, cwd: folder });

function assertHarmless(text) {
  const found = [...text].find((character) => BAD.test(character) && isAssigned(character));
  assert.equal(found, undefined, `U+${found?.codePointAt(0).toString(16)} is printed`);
}

function assertReadable(text) {
  assertHarmless(text);
  const widest = Math.max(...text.split('\n').map((line) => line.length));
  assert.ok(widest <= WIDEST, `a line of ${widest} characters`);
  assert.ok(text.length <= LONGEST, `${text.length} characters`);
}

describe('every command over a heap of hostile names', { concurrency: 2 }, () => {
  const [node, string] = [`@${1001}`, `@${1103}`];
  /** Arguments behind the name of the command, and what it ends with. */
  const RUNS = {
    leaks: [() => files, () => [...files, '--all'], () => [...files, '--all', '--tree', '--path', 'full']],
    explain: [async () => [(await findLeaks(files, { limit: 1 })).leaks[0].fingerprint, ...files]],
    check: [() => ['--baseline', baseline(), ...files]],
    verify: [
      () => ['--before', ...files, '--after', ...files, '--allow', 'same', '--all'],
      () => ['--before', ...files, '--after', ...files, '--allow', 'same', '--markdown'],
    ],
    diff: [() => [files[0], files[2]], () => [files[0], files[2], '--compare-by', 'structure']],
    summary: [() => [files[2]], () => [files[2], '--sort', 'name', '--limit', '1000']],
    stats: [() => [files[2]]],
    suspects: [() => [files[2]], () => [files[2], '--limit', '200']],
    report: [async () => ['--from', await report(files)], async () => ['--from', await report([files[2]])]],
    dominators: [() => [files[2], '--limit', '200'], () => [files[2], node, '--depth', '4']],
    query: [() => [files[2], '--limit', '1000'], () => [files[2], '--kind', 'string']],
    path: [() => [files[2], string]],
    node: [
      () => [files[2], '@5'],
      () => [files[2], string],
      ...LONG.map((at) => () => [files[2], `@${1103 + at * 1100}`]),
    ],
    strings: [() => [files[2], '--limit', '1000']],
    contexts: [() => [files[2]]],
    export: [() => ['--pprof', ...files, '--out', profile()]],
  };
  /** Commands that print nothing of a heap. */
  const WITHOUT = ['capture', 'decrypt', 'freeze', 'help', 'memory', 'redact', 'thaw', 'view', 'watch-dir'];
  const REPORTS = new Set(['leaks', 'check']);

  function baseline() {
    const file = path.join(folder, 'baseline.json');
    fs.writeFileSync(file, '{"version":1,"leaks":[]}');
    return file;
  }

  let profiles = 0;
  function profile() {
    profiles += 1;
    return path.join(folder, `${profiles}.pb.gz`);
  }

  async function report(snapshots) {
    const file = path.join(folder, `report-${snapshots.length}.json`);
    fs.writeFileSync(file, JSON.stringify(await makeReport(snapshots)));
    return file;
  }

  it('is a list of all commands', () => {
    assert.deepEqual([...Object.keys(RUNS), ...WITHOUT].sort(), [...COMMAND_NAMES].sort());
  });

  for (const [command, runs] of Object.entries(RUNS)) {
    it(`${command} prints lines of a bounded length`, async () => {
      for (const run of runs) {
        const { stdout, stderr } = await heaphound([command, ...(await run())]);
        assert.equal(stderr, '');
        assert.notEqual(stdout, '');
        assertReadable(stdout);
      }
    });

    it(`${command} --json is valid, and whole`, async () => {
      const { stdout, stderr } = await heaphound([command, ...(await runs[0]()), '--json']);
      assert.equal(stderr, '');
      assertHarmless(stdout);
      JSON.parse(stdout);
    });

    if (!REPORTS.has(command)) continue;
    it(`${command} for Markdown, SARIF and GitHub`, async () => {
      const args = [command, ...(await runs[0]())];
      assertReadable((await heaphound([...args, '--markdown'])).stdout);
      const { stdout } = await heaphound([...args, '--sarif']);
      assertHarmless(stdout);
      assert.ok(stdout.length <= LONGEST, `${stdout.length} characters`);
      assert.equal(JSON.parse(stdout).version, '2.1.0');
      const github = await heaphound([...args, '--github']);
      assertReadable(github.stdout);
      const commands = github.stdout.split('\n').filter((line) => line.startsWith('::'));
      assert.ok(
        commands.every((line) =>
          /^::((error|warning|notice) (file=|title=Memory leak)|stop-commands::|[0-9a-f-]{36}::$)/.test(line),
        ),
        commands.join('\n'),
      );
    });
  }

  it('JSON has the names as they are', async () => {
    const { stdout } = await heaphound(['summary', files[2], '--json']);
    const names = new Set(JSON.parse(stdout).classes.map(({ name }) => name));
    for (const name of NAMES.filter((one) => one.length <= 100)) assert.ok(names.has(name), toJson(name));
  });

  it('a baseline and an error are harmless, too', async () => {
    const file = path.join(folder, 'written.json');
    await heaphound(['check', '--baseline', file, '--update', ...files]);
    assertReadable(fs.readFileSync(file, 'utf8'));
    const { stderr } = await heaphound(['summary', `none\u202e\u009b${NAMES[0]}`], { HEAPHOUND_DEBUG: '1' });
    assertReadable(stderr);
    assert.match(stderr, /\\u202e\\x9b/);
  });
});

it('nothing leaves a terminal of any width, and no sentence is cut', async () => {
  const document = await findLeaks(files);
  for (const columns of [40, 60, 80, 120, 200]) {
    const terminal = describeTerminal({ isTTY: true, columns }, { color: false });
    const lines = tellLeaks(document, { files: ['a', 'b', 'c'], limit: 1, terminal });
    assertReadable(lines.join('\n'));
    // A name of one word may be longer than what is left of a line.
    for (const line of lines) assert.ok(widthOf(line) <= Math.max(columns, 90), line);
    const closing = lines.slice(lines.findIndex((line) => /leaks? over/.test(line)));
    assert.ok(
      closing.every((line) => !line.endsWith('…')),
      closing.join('\n'),
    );
  }
});

it('the message of a test that failed, and an alarm, are harmless', async () => {
  const document = await findLeaks(files);
  const { leaks } = document;
  const grown = NAMES.map((className) => ({ className, countDelta: 7, most: 1 }));
  const report = {
    leaks,
    grown,
    iterations: 7,
    bytesPerIteration: 1,
    process: 'child',
    warmup: 1,
    snapshots: 3,
    ignored: 0,
    durationMs: 1000,
  };
  for (const leak of leaks)
    assertReadable(
      tellFailure({ ...report, leaks: [leak] }, { document, files: NAMES.slice(0, 3).map((name) => `/tmp/${name}`) }),
    );
  for (const leak of leaks) {
    const { message } = alarmOf(
      'heap-trend',
      { diagnosis: '' },
      { level: 1e6, slope: 1, heapLimit: 1e9 },
      { snapshots: [], document: { leaks: [leak] }, skipped: [] },
    );
    assertHarmless(message);
    assert.ok(message.length < 5000, `${message.length} characters`);
  }
});

it('a character that looks blank is shown by its name', () => {
  for (const name of [
    '\u3164',
    '\u115f',
    '\u2800',
    '\u00a0',
    '\u200b',
    ' ',
    '   ',
    '\u3000',
    '\u{13441}',
    '\ufe0f',
    '\u034f',
  ]) {
    assert.match(label(name), /^(\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\u\{[0-9a-f]+\})+$/, toJson(name));
  }
  assert.equal(label(''), '(unnamed)');
  assert.equal(visible('Session '), 'Session\\x20');
  assert.equal(visible('a b'), 'a b');
  assert.equal(visible('Café e\u0301 漢字 😀'), 'Café e\u0301 漢字 😀');
});

it('in a pipe one long name does not widen every line', () => {
  const rows = [{ name: 'A'.repeat(10_000) }, { name: 'Session' }];
  const columns = [
    { title: 'Class', cell: (row) => row.name, flexible: true },
    { title: 'Count', cell: () => '1', align: 'right' },
  ];
  const lines = drawTable(columns, rows, describeTerminal({ isTTY: false }, { environment: {} }));
  assert.ok(
    lines.every((line) => line.length <= 120),
    String(lines.map((line) => line.length)),
  );
});

it('help is whole at every width', () => {
  for (const columns of [40, 60, 80, 120]) {
    const terminal = describeTerminal({ isTTY: true, columns }, { color: false });
    for (const lines of [
      generalHelp(terminal),
      ...allCommands().map((command) => commandHelp({ ...command, examples: undefined }, terminal).slice(1)),
    ]) {
      for (const line of lines) assert.ok(widthOf(line) <= Math.max(columns, 56), line);
      // "FILE…" and "WHAT,…" stand for more of them.
      assert.doesNotMatch(lines.join('\n'), /(?<!FILE|THIRD|N|,)…/);
    }
  }
});

it('JSON reads back as what it was', () => {
  for (const value of [NAMES, { a: NAMES.map((name) => ({ [name]: name })) }, 'plain', 7, null, [], {}]) {
    for (const indent of [undefined, 2]) {
      assertHarmless(toJson(value, indent));
      assert.deepEqual(JSON.parse(toJson(value, indent)), value);
    }
  }
});

it('what the service answers, and the report that a store keeps, are harmless and the same value', async () => {
  const reason = '\u202edeploy\u009b\u3164';
  const store = await openStore({ dir: path.join(folder, 'store') });
  const handler = await createHandler({ auth: { bearer: ['k'.repeat(32)] }, store });
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const headers = { authorization: `Bearer ${'k'.repeat(32)}`, 'content-type': 'application/json' };
    const url = `http://127.0.0.1:${server.address().port}/heap-snapshot`;
    const answer = await fetch(`${url}?wait=true`, { method: 'POST', headers, body: JSON.stringify({ reason }) });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    assertHarmless(text);
    assert.equal(JSON.parse(text).reason, reason);
    const sidecar = fs.readFileSync(`${JSON.parse(text).filePath}.json`, 'utf8');
    assertHarmless(sidecar);
    assert.equal(JSON.parse(sidecar).reason, reason);
    const document = await findLeaks(files, { limit: 1 });
    await store.putReport('a'.repeat(32), { ...document, note: reason });
    const kept = fs.readFileSync(path.join(folder, 'store', `${'a'.repeat(32)}.report.json`), 'utf8');
    assertHarmless(kept);
    assert.equal(JSON.parse(kept).note, reason);
  } finally {
    server.close();
    server.closeAllConnections();
    await handler.close();
    await store.close();
  }
});
