'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { findSuspects, openSnapshot } = require('..');

const ROOT = path.join(__dirname, '..');
const UNTIL_CRASH = path.join(__dirname, 'fixtures', 'suspects', 'until-crash.js');
const ONE_FILE = path.join(__dirname, 'fixtures', 'suspects', 'one-file.js');
const TABLE = path.join(__dirname, 'fixtures', 'suspects', 'table-at-start.js');
const LINES = [20, 22, 24, 26];
const BINARIES = LINES.map((line) => [line, path.join(__dirname, 'nodes/node_modules', `node${line}`, 'bin/node')]);

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-suspects-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const run = promisify(execFile);

/** The file that Node.js writes when a case fills its heap. */
async function fileOfCrash(binary, name, megabytes) {
  const out = fs.mkdtempSync(path.join(folder, `${name}-`));
  const flags = [`--max-old-space-size=${megabytes}`, '--heapsnapshot-near-heap-limit=1', `--diagnostic-dir=${out}`];
  await assert.rejects(run(binary, [...flags, UNTIL_CRASH, name], { cwd: out }), 'the process ends by its limit');
  const [file] = fs.readdirSync(out).filter((entry) => entry.endsWith('.heapsnapshot'));
  return path.join(out, file);
}

/** The document of one snapshot, after a case ran so many times. */
async function afterRuns(name, count) {
  const file = path.join(fs.mkdtempSync(path.join(folder, `${name}-`)), 'one.heapsnapshot');
  await run(process.execPath, [ONE_FILE, name, `${count}`, file]);
  return { file, document: await findSuspects(file) };
}

/** The snapshot of a program that loaded a table at its start: made by the first that asks, and read by all. */
const tableFile = once(async () => {
  const file = path.join(folder, 'table.heapsnapshot');
  await run(process.execPath, [TABLE, file]);
  return file;
});

/**
 * @template T
 * @param {() => T} make
 */
function once(make) {
  /** @type {{ made: T } | undefined} */
  let kept;
  return () => (kept ??= { made: make() }).made;
}

/** The text of an own line. */
function textOf({ location }) {
  return fs.readFileSync(location.file, 'utf8').split('\n')[location.line - 1].trim();
}

function assertAddsUp({ accounting, totalSize, snapshot }) {
  const sum = accounting.reduce((bytes, line) => bytes + line.size, 0);
  assert.equal(sum, totalSize);
  assert.equal(totalSize, snapshot.totalSize);
}

async function heaphound(...args) {
  const tool = [path.join(ROOT, 'cli', 'main.js'), ...args];
  return run(process.execPath, tool, { maxBuffer: 1e8 });
}

describe('the file that Node.js writes before it runs out of memory names the leak', { concurrency: 2 }, () => {
  for (const [line, binary] of BINARIES.filter(([, binary]) => fs.existsSync(binary))) {
    it(`Node.js ${line}`, async () => {
      // With less the heap is full when the Maps double their tables, at exactly 65,536 entries.
      const file = await fileOfCrash(binary, 'maps-of-tenants', 32);
      const document = await findSuspects(file);
      const [first] = document.suspects;
      assert.equal(first.className, 'Draft');
      assert.deepEqual([first.container.name, first.containerCount, first.kind], ['Map', 3, 'growing-map']);
      assert.deepEqual([first.looksLike, first.confidence], ['leak', 'high']);
      assert.match(first.responsible.location.file, /maps-of-tenants\.js$/);
      assert.ok(first.size > document.totalSize / 2);
      assert.ok(first.retainingPath.some((step) => step.reference === '.byTenant'));
      assert.equal(first.item.name, 'Draft');
      assertAddsUp(document);
      fs.rmSync(path.dirname(file), { recursive: true });
    });
  }
});

describe('each sort of accumulation has its kind', { concurrency: 2 }, () => {
  const cases = [
    ['event-listeners', 'event-listeners', 'event-listeners.js'],
    ['interval-timers', 'timers', 'interval-timers.js'],
    ['linked-queue', 'growing-list', 'linked-queue.js'],
    ['object-as-map', 'growing-object', 'object-as-map.js'],
    ['promise-race', 'promises', 'promise-race.js'],
    ['wrapped-again', 'closures', 'wrapped-again.js'],
  ];
  for (const [name, kind, place] of cases) {
    it(`${name}: ${kind}`, async () => {
      const file = await fileOfCrash(process.execPath, name, 20);
      const document = await findSuspects(file);
      const [first] = document.suspects;
      assert.deepEqual([first.kind, first.looksLike], [kind, 'leak']);
      assert.equal(path.basename(first.responsible.location.file), place);
      assertAddsUp(document);
      fs.rmSync(path.dirname(file), { recursive: true });
    });
  }
});

describe('one snapshot is asked the same questions as three', { concurrency: 2 }, () => {
  it('requests that wait name their sockets and handles, as one suspect', async () => {
    const { document } = await afterRuns('unfinished-requests', 120);
    const [first, ...others] = document.suspects;
    assert.ok(['ClientRequest', 'IncomingMessage', 'ServerResponse'].includes(first.className), first.className);
    assert.equal(first.kind, 'requests');
    assert.ok(first.count >= 119 && first.count <= 121, `${first.count}`);
    assert.equal(path.basename(first.responsible.location.file), 'unfinished-requests.js');
    assert.deepEqual(
      others.map(({ className }) => className),
      [],
    );
    assertAddsUp(document);
  });

  it('a module that is imported again and again is one suspect, and names its file', async () => {
    const { document } = await afterRuns('import-busting', 600);
    const [first, ...others] = document.suspects;
    assert.deepEqual([first.kind, first.count], ['modules', 600]);
    assert.match(first.responsible.location.file, /theme\.mjs$/);
    assert.deepEqual(
      others.map(({ className }) => className),
      [],
    );
    assertAddsUp(document);
  });

  it('a list that is held at both ends counts each link once', async () => {
    const { document } = await afterRuns('interval-timers', 3000);
    const [first] = document.suspects;
    assert.deepEqual([first.className, first.count, first.kind], ['Poller', 3000, 'timers']);
    assert.match(textOf(first.responsible), /setInterval/);
  });

  it('a listener that is held by two names counts once', async () => {
    const { document } = await afterRuns('abort-signal', 3000);
    const [first] = document.suspects;
    assert.deepEqual([first.className, first.count, first.kind], ['Download', 3000, 'abort-listeners']);
  });

  it('the container of a list is what holds it, and not its oldest link', async () => {
    const { document } = await afterRuns('growing-text', 8000);
    const [first] = document.suspects;
    assert.deepEqual([first.container.name, first.kind], ['AccessLog', 'growing-text']);
  });

  it('emitters that listen to one emitter are no list, and a pipe is one suspect', async () => {
    const { document } = await afterRuns('piped-streams', 2500);
    const [first] = document.suspects;
    assert.deepEqual([first.className, first.count], ['RequestLog', 2500]);
    // A pipe adds a listener for each of several events.
    assert.equal(document.suspects.length, 1);
    assert.ok(first.classes.some(({ count }) => count === 2500));
    assertAddsUp(document);
  });

  it('a module of CommonJS that is loaded again and again is a suspect', async () => {
    const { document } = await afterRuns('module-children', 600);
    const [first] = document.suspects;
    assert.deepEqual([first.className, first.kind, first.looksLike], ['Module', 'modules', 'leak']);
  });

  it('a plain object within each link of a list does not name the list', async () => {
    const { document } = await afterRuns('wrapped-again', 4000);
    const [first] = document.suspects;
    assert.deepEqual([first.className, first.kind], ['tracedHandle()', 'closures']);
    assert.match(textOf(first.responsible), /function traced/);
  });

  it('the code that runs is the own line, before the class of the objects', async () => {
    const { document } = await afterRuns('event-listeners', 4000);
    const [first] = document.suspects;
    assert.deepEqual([first.className, first.kind], ['RequestScope', 'event-listeners']);
    assert.match(textOf(first.responsible), /config\.on\('change'/);
  });

  it('one of many containers is named by what holds it', async () => {
    const { file } = await afterRuns('maps-of-tenants', 12_000);
    const { stdout } = await heaphound('suspects', file);
    assert.match(stdout, /12,000 Draft in 3 objects like Map within \.byTenant/);
  });

  it('what own code has most of is named where nothing takes much, and is not sure', async () => {
    const { document } = await afterRuns('linked-queue', 400);
    const [first] = document.suspects;
    assert.deepEqual([first.className, first.confidence], ['Task', 'low']);
    assert.ok(first.counterEvidence.some((text) => text.startsWith('it takes only ')));
    assert.ok(document.leastSize < 400_000);
    assertAddsUp(document);
  });
});

describe('a table that was loaded at the start is no leak', () => {
  it('its array has room for no more', async () => {
    const { suspects } = await findSuspects(await tableFile());
    const towns = suspects.find(({ container }) => container.edge === 'towns');
    assert.equal(towns.looksLike, 'loaded');
    assert.ok(towns.counterEvidence.some((text) => text.includes('made at once')));
    // Nothing tells a Map that was filled at once: the answer says so, and is not sure.
    const byCode = suspects.find(({ container }) => container.edge === 'byCode');
    assert.notEqual(byCode.confidence, 'high');
    assert.ok(byCode.counterEvidence.some((text) => text.includes('does not say when they came')));
  });

  it('objects that came later are newer than all of it, where ids tell ages', async () => {
    const file = path.join(folder, 'again.heapsnapshot');
    await run(process.execPath, [TABLE, file, 'again']);
    const { suspects } = await findSuspects(file);
    const byCode = suspects.find(({ container }) => container.edge === 'byCode');
    assert.equal(byCode.looksLike, 'loaded');
    assert.ok(byCode.counterEvidence.some((text) => text.startsWith('nothing was added for a while')));
    assert.ok(suspects.every(({ looksLike }) => looksLike !== 'leak'));
  });
});

describe('an empty process', () => {
  for (const [line, binary] of BINARIES.filter(([, binary]) => fs.existsSync(binary))) {
    it(`has no suspect in Node.js ${line}`, async () => {
      const file = path.join(folder, `empty-${line}.heapsnapshot`);
      await run(binary, ['-e', `require('v8').writeHeapSnapshot(${JSON.stringify(file)})`]);
      const document = await findSuspects(file);
      assert.deepEqual(
        document.suspects.map((suspect) => `${suspect.className} ${suspect.size}`),
        [],
      );
      assertAddsUp(document);
      // The page says how large a suspect is, and that the answer is no verdict.
      assert.equal(document.leastSize, 400_000);
      const { stdout } = await heaphound('suspects', file);
      assert.match(stdout.replaceAll('\n', ' '), /^No suspect: nothing of one sort takes 400 kB .* That does not say/);
    });
  }
});

describe('findSuspects', () => {
  it('takes an opened snapshot, and leaves it open', async () => {
    const file = await tableFile();
    const snapshot = await openSnapshot(file);
    const { suspects } = await findSuspects(snapshot);
    assert.ok(suspects.length > 1);
    assert.equal(snapshot.closed, false);
    assert.equal((await snapshot.suspects({ limit: 1 })).suspects.length, 1);
    await snapshot.close();
  });

  it('leaves out what is ignored, and counts it', async () => {
    const file = await tableFile();
    const all = await findSuspects(file);
    const [first] = all.suspects;
    const rest = await findSuspects(file, { ignore: first.fingerprint });
    assert.equal(rest.ignored, 1);
    assert.ok(rest.suspects.every(({ fingerprint }) => fingerprint !== first.fingerprint));
    assertAddsUp(rest);
  });

  it('refuses wrong options, a cancelled call and too little memory', async () => {
    const file = await tableFile();
    await assert.rejects(findSuspects(file, { limit: -1 }), { code: 'HEAPHOUND_ERR_OPTION' });
    await assert.rejects(findSuspects(file, { operations: 3 }), { code: 'HEAPHOUND_ERR_OPTION' });
    await assert.rejects(findSuspects(file, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    await assert.rejects(findSuspects(file, { maxMemoryBytes: 1e6 }), { code: 'HEAPHOUND_ERR_NO_HEADROOM' });
  });
});

describe('heaphound suspects', () => {
  it('prints the suspects, all of the heap and the next command, and ends with 0', async () => {
    const file = await tableFile();
    const { stdout } = await heaphound('suspects', file);
    for (const part of [/60,000 \{?\w+/, /Looks like data that was loaded once/, /The whole heap/, /\ball\b/]) {
      assert.match(stdout, part);
    }
    assert.match(stdout, new RegExp(`leaks ${file} LATER`));
    assert.match(stdout.replaceAll(/\s+/g, ' '), /One snapshot shows what is there, and not what grows/);
    assert.ok(stdout);
  });

  it('prints JSON and Markdown', async () => {
    const file = await tableFile();
    const document = JSON.parse((await heaphound('suspects', file, '--json')).stdout);
    assertAddsUp(document);
    const { stdout } = await heaphound('suspects', file, '--markdown', '--limit', '1');
    assert.match(stdout, /^### Suspects in one snapshot of /);
    assert.equal(stdout.match(/^\*\*/gm).length, 1);
    await assert.rejects(heaphound('suspects', file, '--json', '--markdown'), { code: 2 });
  });
});
