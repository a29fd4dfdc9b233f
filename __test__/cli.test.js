'use strict';

// The command line as a user meets it: a process of its own over real snapshots.

const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { heaphound, start } = require('./helpers/command-line');
const { AFTER, BEFORE, GOLDEN } = require('./helpers/golden');
const { hostileHeap } = require('./helpers/hostile-heap');

// eslint-disable-next-line no-control-regex
const ESCAPE = /\u001b/;

let folder;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-cli-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

async function json(args, options) {
  const { code, stdout, stderr } = await heaphound([...args, '--json'], options);
  assert.equal(stderr, '');
  return { code, document: JSON.parse(stdout) };
}

function expected(name) {
  return JSON.parse(fs.readFileSync(path.join(GOLDEN, name), 'utf8'));
}

function write(name, content) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, content);
  return file;
}

describe('documents have the numbers of DevTools', () => {
  it('summary', async () => {
    const { code, document } = await json(['summary', AFTER, '--strict']);
    assert.equal(code, 0);
    const rows = Object.fromEntries(
      document.classes.map((row) => [
        row.key,
        {
          name: row.name,
          count: row.count,
          distance: row.distance,
          selfSize: row.shallowSize,
          retainedSize: row.retainedSize,
        },
      ]),
    );
    assert.deepEqual(rows, expected('growth-after.summary.json'));
    assert.equal(document.snapshot.nodeCount, 196_277);
  });

  it('stats', async () => {
    const { code, document } = await json(['stats', AFTER, '--strict']);
    assert.equal(code, 0);
    assert.deepEqual(document, expected('growth-after.stats.json').statistics);
  });

  it('diff', async () => {
    const { code, document } = await json(['diff', BEFORE, AFTER, '--strict']);
    assert.equal(code, 0);
    const rows = Object.fromEntries(document.classes.map((row) => [row.key, row]));
    for (const [key, wanted] of Object.entries(expected('growth.diff.json'))) {
      for (const [field, value] of Object.entries(wanted)) assert.equal(rows[key]?.[field], value, `${key} ${field}`);
    }
    assert.equal(document.comparison.ids, true);
  });
});

describe('questions about objects', () => {
  let id;
  before(async () => {
    const { document } = await json(['query', AFTER, '--class', '^Session$', '--limit', '3']);
    assert.equal(document.nodes.length, 3);
    id = document.nodes[0].id;
  });

  it('query finds all objects of a class', async () => {
    const { document } = await json(['query', AFTER, '--class', '^Session$', '--kind', 'object']);
    const { document: summary } = await json(['summary', AFTER]);
    const { count } = summary.classes.find((row) => row.name === 'Session');
    assert.equal(document.nodes.filter((row) => row.className === 'Session').length, count);
  });

  it('node tells everything about one', async () => {
    const { code, document } = await json(['node', AFTER, `@${id}`]);
    assert.equal(code, 0);
    assert.equal(document.id, id);
    assert.equal(document.className, 'Session');
    assert.equal(document.retainers.length, document.retainerCount);
    assert.equal(document.edges.length, document.edgeCount);
    assert.ok(document.dominator.id > 0);
    assert.match(document.location.file, /\.js$/);
    assert.equal(document.retainingPath.at(-1).id, id);
    const { stdout } = await heaphound(['node', AFTER, `@${id}`]);
    assert.match(stdout, new RegExp(`^Session @${id}\n`));
    for (const heading of ['Why it is alive', 'Retainers', 'Edges'])
      assert.match(stdout, new RegExp(`^${heading}`, 'm'));
  });

  it('path runs from a root to the object', async () => {
    const { document } = await json(['path', AFTER, String(id)]);
    assert.equal(document.retainingPath[0].edge, '');
    assert.equal(document.retainingPath.at(-1).id, id);
    const { stdout, code } = await heaphound(['path', AFTER, `@${id}`]);
    assert.equal(code, 0);
    assert.match(stdout.trimEnd().split('\n').at(-1), new RegExp(`Session @${id}`));
  });

  it('dominators, strings', async () => {
    const { document } = await json(['dominators', AFTER, '--limit', '5']);
    assert.equal(document.dominators.length, 5);
    const sizes = document.dominators.map((row) => row.retainedSize);
    assert.deepEqual(
      sizes,
      [...sizes].sort((a, b) => b - a),
    );
    const { document: copies } = await json(['strings', AFTER, '--min-count', '5', '--sort', 'count']);
    assert.ok(copies.strings.every((row) => row.count >= 5));
    for (const command of ['dominators', 'strings', 'query']) {
      const { code, stdout, stderr } = await heaphound([command, AFTER, '--limit', '3']);
      assert.deepEqual([code, stderr], [0, ''], command);
      assert.match(stdout, /^… and .*--limit shows them$/m, command);
    }
  });

  it('an id that no object has is an error', async () => {
    const { code, stderr } = await heaphound(['node', AFTER, '@999999999']);
    assert.equal(code, 3);
    assert.match(stderr, /^error HEAPHOUND_ERR_NODE: /);
  });
});

describe('leaks', () => {
  it('names class, container and path, and ends with 1', async () => {
    const { code, document } = await json(['leaks', BEFORE, AFTER]);
    assert.equal(code, 1);
    assert.equal(document.snapshots.length, 2);
    const leak = document.leaks.find((candidate) => candidate.className === 'Session');
    assert.equal(leak.countGrowth.length, 1);
    assert.deepEqual(leak.countGrowth, [1000]);
    assert.equal(leak.container.name, 'Map');
    assert.equal(leak.container.edge, '__c');
    assert.match(leak.location.file, /gen\.js$/);
    assert.ok(leak.retainingPath.some((step) => step.id === leak.container.id));
    assert.ok(leak.examples.length > 0);
    assert.equal(typeof leak.fingerprint, 'string');
  });

  it('tells the story to people', async () => {
    const { code, stdout, stderr } = await heaphound(['leaks', BEFORE, AFTER]);
    assert.equal(code, 1);
    assert.equal(stderr, '');
    assert.match(
      stdout.replaceAll('\n', ' '),
      /^1\. Buffer piles up in global\.__buf, an Array: \+100 objects, .* 2\. Session \+1,000 in global\.__c, a Map /,
    );
    for (const label of ['Kind', 'Container', 'Class', 'Fix', 'Sure'])
      assert.match(stdout, new RegExp(`^ {3}${label} +\\S`, 'm'));
    assert.match(stdout, /^ {3}More {7}docs\/kinds\/globals\.md of this package$/m);
    assert.match(stdout, /^ {3}Why it stays alive$/m);
    assert.match(stdout, /grows here/);
    assert.match(stdout, /^\d+ leaks? over 2 snapshots/m);
    assert.match(stdout, /^Two snapshots: it may be a cache/m);
  });

  it('tells more on demand', async () => {
    const { stdout } = await heaphound(['leaks', BEFORE, AFTER, '--tree', '--path', 'full']);
    assert.match(stdout, /^ {3}What one of them is made of$/m);
    assert.match(stdout, /^ {3}✓ global @\d+/m);
    const all = await heaphound(['leaks', BEFORE, AFTER, '--all']);
    assert.match(all.stdout, /^2\. Session piles up in global\.__c, a Map: \+1,000 objects/m);
  });

  it('leaves out what is to be ignored', async () => {
    const all = await json(['leaks', BEFORE, AFTER]);
    const first = all.document.leaks.find((leak) => leak.className === 'Session');
    for (const args of [
      ['--ignore', first.fingerprint],
      ['--ignore', 'nothing,Session'],
      ['--ignore', '/gen\\.js$/i'],
      ['--ignore', 'x', '--ignore', '/gen.js'],
    ]) {
      const { document } = await json(['leaks', BEFORE, AFTER, ...args]);
      assert.ok(document.ignored >= 1, args.join(' '));
      assert.ok(
        document.leaks.every((leak) => leak.fingerprint !== first.fingerprint),
        args.join(' '),
      );
    }
    const { code, stdout } = await heaphound(['leaks', BEFORE, AFTER, '--ignore', '/./']);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^No other leak over 2 snapshots .*\n\d+ leaks? ignored\./,
      'there are some: it does not say that there is none',
    );
  });

  it('finds none where nothing grew, and ends with 0', async () => {
    const { code, stdout } = await heaphound(['leaks', AFTER, AFTER, AFTER, '--allow', 'same']);
    assert.equal(code, 0);
    assert.match(stdout, /^No leak over 3 snapshots/);
  });
});

describe('files', () => {
  it('a sidecar beside its snapshot is read with it: a shell names both for heaps/*', async () => {
    const heap = write('starred.heapsnapshot.gz', fs.readFileSync(AFTER));
    const sidecar = write('starred.heapsnapshot.gz.json', '{}');
    const [alone, both] = [await heaphound(['summary', heap]), await heaphound(['summary', heap, sidecar])];
    assert.equal(both.stderr, '');
    assert.deepEqual(both, alone);
    const series = await heaphound(['verify', '--before', BEFORE, AFTER, '--after', heap, sidecar]);
    assert.match(series.stderr, /growth needs two snapshots or more/);
    const explained = await heaphound(['explain', 'none', heap, sidecar]);
    assert.match(explained.stderr, /growth needs two snapshots or more/);
    const refused = await heaphound(['summary', sidecar]);
    assert.equal(refused.code, 3);
    // Where the second word is a file to write, it stays.
    assert.match((await heaphound(['redact', heap, sidecar])).stderr, /HEAPHOUND_ERR_EXISTS/);
  });
});

describe('output', () => {
  it('has no colour and no bar unless it is a terminal or an option asks for them', async () => {
    const plain = await heaphound(['summary', AFTER]);
    assert.doesNotMatch(plain.stdout + plain.stderr, ESCAPE);
    assert.match((await heaphound(['summary', AFTER, '--color'])).stdout, ESCAPE);
    assert.match((await heaphound(['summary', AFTER], { environment: { FORCE_COLOR: '1' } })).stdout, ESCAPE);
    assert.doesNotMatch(
      (await heaphound(['summary', AFTER, '--no-color'], { environment: { FORCE_COLOR: '1' } })).stdout,
      ESCAPE,
    );
  });

  it('sorts and limits', async () => {
    const { document } = await json(['summary', AFTER, '--sort', 'count', '--limit', '4']);
    const counts = document.classes.map((row) => row.count);
    assert.equal(counts.length, 4);
    assert.deepEqual(
      counts,
      [...counts].sort((a, b) => b - a),
    );
    const { stdout } = await heaphound(['summary', AFTER, '--limit', '4']);
    assert.match(stdout, /^… and \d+ more: --limit shows them$/m);
  });

  it('knows the filters that the engine knows', async () => {
    const { openSnapshot } = require('..');
    const { FILTERS } = require('../checks/filters');
    const snapshot = await openSnapshot(AFTER);
    try {
      assert.deepEqual(snapshot.filters, FILTERS);
      for (const filter of FILTERS) assert.ok((await snapshot.summary({ filter, limit: 1 })).classes, filter);
    } finally {
      await snapshot.close();
    }
    const { document } = await json(['summary', AFTER, '--filter', 'duplicated-strings']);
    assert.ok(document.classes.every((row) => /string/.test(row.name)));
  });

  it('makes hostile names harmless', async () => {
    const evil = 'Evil\u001b[2J\u202e\u0007\n\u009b31m';
    const file = write('hostile.heapsnapshot', hostileHeap({ names: [evil], count: 1 }));
    for (const args of [
      ['summary', file],
      ['query', file],
      ['node', file, '@1001'],
      ['path', file, '@1001'],
      ['dominators', file],
      ['diff', file, file, '--allow', 'same'],
    ]) {
      const { code, stdout } = await heaphound(args);
      assert.equal(code, 0, args[0]);
      // eslint-disable-next-line no-control-regex
      assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/, args[0]);
    }
    assert.match((await heaphound(['query', file])).stdout, /Evil\\x1b\[2J\\u202e/);
  });

  it('ends quietly when nobody reads on', async () => {
    const child = start(['query', AFTER, '--json']);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.stdout.once('data', () => child.stdout.destroy());
    const [code, signal] = await once(child, 'close');
    assert.deepEqual([code, signal, stderr], [0, null, '']);
  });

  it('reads standard input', async () => {
    const { code, stdout } = await heaphound(['stats', '-', '--json'], { input: fs.readFileSync(AFTER) });
    assert.equal(code, 0);
    assert.equal(JSON.parse(stdout).total, expected('growth-after.stats.json').statistics.total);
  });

  it('ends with 130 on Ctrl-C', { skip: process.platform === 'win32' }, async () => {
    const child = start(['stats', '-']);
    // More than a pipe holds: once it is taken, the child is at work.
    const header = Buffer.concat([Buffer.from('{"snapshot":{"meta":{'), Buffer.alloc(4 << 20, 0x20)]);
    await new Promise((resolve) => child.stdin.write(header, resolve));
    child.kill('SIGINT');
    const [code] = await once(child, 'close');
    assert.equal(code, 130);
  });
});

describe('bad input ends with 3 and says which file', () => {
  const check = async (file, code, args = ['summary', file]) => {
    const { code: exit, stdout, stderr } = await heaphound(args);
    assert.equal(exit, 3);
    assert.equal(stdout, '');
    assert.match(stderr, /^error HEAPHOUND_ERR_[A-Z_]+: [^\n]+\n$/);
    assert.ok(stderr.startsWith(`error ${code}: ${file}: `), stderr);
  };

  it('a missing file', () => check(path.join(folder, 'missing.heapsnapshot'), 'HEAPHOUND_ERR_IO'));
  it('a folder', () => check(folder, 'HEAPHOUND_ERR_IO'));
  it('something else', () => check(write('text.heapsnapshot', 'hello world'), 'HEAPHOUND_ERR_FOREIGN'));
  it('an empty file', async () => {
    const { code, stderr } = await heaphound(['stats', write('empty.heapsnapshot', '')]);
    assert.equal(code, 3);
    assert.match(stderr, /^error HEAPHOUND_ERR_/);
  });
  it('a cut gzip file', () =>
    check(write('cut.heapsnapshot.gz', fs.readFileSync(AFTER).subarray(0, 200_000)), 'HEAPHOUND_ERR_COMPRESSION'));
  it('the second of several', () => {
    const file = write('other.heapsnapshot', '[1, 2]');
    return check(file, 'HEAPHOUND_ERR_FOREIGN', ['leaks', AFTER, file]);
  });
});

describe('a wrong command line ends with 2 and says what would be right', () => {
  const cases = [
    [[], /a command is missing/],
    [['sumary', 'x'], /no command 'sumary'; did you mean 'summary'\?/],
    [['summary'], /takes one FILE, not none/],
    [['summary', 'a', 'b'], /takes one FILE, not 2/],
    [['leaks'], /two FILEs or more, or a DIR/],
    [['leaks', 'a'], /growth needs two snapshots or more.*heaphound suspects a \(what piles up in it\)/],
    [['check', 'a', '--baseline', 'b'], /growth needs two snapshots or more/],
    [['diff', 'a'], /growth needs two snapshots or more/],
    [['summary', 'x', '--jsn'], /no option --jsn; did you mean --json\?/],
    [['summary', 'x', '--detached'], /heaphound summary has no option --detached/],
    [['summary', 'x', '--limit'], /--limit needs a value/],
    [['summary', 'x', '--limit', 'many'], /--limit must be a whole number/],
    [['summary', 'x', '--json=yes'], /--json takes no value/],
    [['summary', 'x', '--sort', 'weight'], /--sort cannot be 'weight'; it can be retainedSize/],
    [['query', 'x', '--min-size', '3 apples'], /--min-size must be a size/],
    [['node', 'x', 'abc'], /must be an id like @12345/],
    [['diff', '-', '-'], /can be read only once/],
    [['help', 'laeks'], /did you mean 'leaks'/],
    [['leaks', 'x', 'y', '--path', 'long'], /--path cannot be 'long'; it can be short, full/],
    [['leaks', 'x', 'y', '--json', '--sarif'], /--json and --sarif cannot both be printed/],
    [['leaks', 'x', 'y', '--ignore', '/(/'], /--ignore: Invalid regular expression/],
    [['leaks', 'x', 'y', '--catalogue', 'no-such-file.json'], /catalogue: cannot be read from no-such-file\.json/],
    [['explain', 'a'], /a FINGERPRINT and two FILEs or more/],
    [['explain', 'a', 'b'], /growth needs two snapshots or more/],
    [['check', 'a', 'b'], /needs --baseline FILE/],
  ];
  for (const [args, message] of cases) {
    it(args.join(' ') || 'nothing', async () => {
      const { code, stdout, stderr } = await heaphound(args);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.match(stderr, /^Try: heaphound /m);
    });
  }

  it('gets the command as it was called, by npx too', async () => {
    const { stderr } = await heaphound(['sumary'], { environment: { npm_command: 'exec' } });
    assert.match(stderr, /^Try: npx heaphound /m);
  });
});

describe('help', () => {
  const commands = [
    'summary',
    'stats',
    'diff',
    'leaks',
    'explain',
    'check',
    'node',
    'path',
    'dominators',
    'strings',
    'query',
  ];

  it('lists the commands', async () => {
    for (const args of [['help'], ['--help'], ['-h']]) {
      const { code, stdout } = await heaphound(args);
      assert.equal(code, 0);
      for (const command of commands) assert.match(stdout, new RegExp(`^ {2}${command} `, 'm'));
    }
  });

  for (const command of commands) {
    it(`explains ${command}`, async () => {
      const { code, stdout } = await heaphound([command, '--help']);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^usage: heaphound ${command} `));
      assert.equal((await heaphound(['help', command])).stdout, stdout);
    });
  }

  it('prints the version of the package', async () => {
    const { stdout } = await heaphound(['--version']);
    assert.equal(stdout.trim(), require('../package.json').version);
  });
});
