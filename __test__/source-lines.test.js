'use strict';

// The lines of sources that are at hand: whether they fit, where they are read, and how they are shown.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { findLeaks } = require('..');
const { drawSource } = require('../cli/leaks/source');
const { FileTexts } = require('../lib/sources/file-text');
const { addCalls } = require('../lib/sources/called');
const { misfit } = require('../lib/sources/fitting');
const { cutAround, linesOf } = require('../words/source-line');

const MAIN = path.join(__dirname, '..', 'cli', 'main.js');
const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-sources-')));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const PROGRAM = `'use strict';
const v8 = require('node:v8');
class Session {
  id = 0;
  constructor(id) {
    this.id = id;
  }
}
class Store {
  constructor() {
    this.sessions = new Map();
    this.index = new Set();
  }
  add(id) {
    const session = new Session(id);
    this.sessions.set(id, session);
    if (id % 2 === 0) this.index.add(session);
  }
}
const store = new Store();
globalThis.store = store;
let done = 0;
for (const name of ['a', 'b', 'c']) {
  for (const end = done + 106; done < end; done += 1) store.add(done);
  gc();
  v8.writeHeapSnapshot(require('node:path').join(__dirname, name + '.heapsnapshot'));
}
`;

/**
 * @param {string} name
 * @param {string} [program]
 */
function snapshotsOf(name, program = PROGRAM) {
  const script = path.join(folder, name, 'program.js');
  fs.mkdirSync(path.dirname(script));
  fs.writeFileSync(script, program);
  execFileSync(process.execPath, ['--expose-gc', script]);
  return { script, files: ['a', 'b', 'c'].map((file) => path.join(folder, name, `${file}.heapsnapshot`)) };
}

/** @param {string[]} args */
function heaphound(...args) {
  try {
    return execFileSync(process.execPath, [MAIN, ...args, '--no-color'], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return error.stdout + error.stderr;
  }
}

describe('a text fits the code that ran', () => {
  const source = linesOf(
    [
      'class Session {', // 1
      '  constructor(id) {}',
      '  put(key) {}',
      '  get size() {}',
      '}',
      'const handler =', // 6
      '  async (request) => request;',
      'emitter.on("x", () => 1);',
      'const Plain = class {};',
      'class Other {}', // 10
      'exports.start = function (a) {};',
    ].join('\n'),
  );
  const check = (line, column, name, changedAtMs = 0) =>
    misfit({ lines: source, changedAtMs }, { line, column }, { name, takenAtMs: 100 });

  it('when the name stands at the place, whenever the file was written', () => {
    for (const [line, column, name] of [
      [2, 14, 'Session'],
      [3, 6, 'put()'],
      [3, 6, 'Session.put'],
      [4, 11, 'get size'],
      [7, 3, 'handler()'],
      [9, 15, 'Plain'],
      [10, 1, 'Other'],
      [11, 26, 'start'],
    ])
      assert.equal(check(line, column, name, 999), undefined, `${name} at ${line}:${column}`);
  });

  it('not when another name stands there, however old the file is', () => {
    for (const [line, column, name] of [
      [2, 14, 'Other'],
      [3, 6, 'get'],
      [3, 5, 'put'],
      [10, 1, 'Session'],
      [1, 1, 'Sess'],
      [8, 17, 'on'],
    ])
      assert.match(check(line, column, name), /^the file has no \w+ at this place any more$/, `${name}`);
  });

  it('without a name only when the file is older than the snapshot', () => {
    assert.equal(check(8, 17, undefined), undefined);
    assert.equal(check(8, 17, '(anonymous)'), undefined);
    assert.equal(check(8, 17, 'Generator'), undefined);
    assert.match(check(8, 17, undefined, 101), /written after the snapshot/);
    assert.match(check(8, 15, undefined), /nothing begins/);
    assert.match(
      misfit({ lines: source, changedAtMs: 0 }, { line: 8, column: 17 }, { takenAtMs: NaN }),
      /nobody knows whether/,
    );
  });

  it('near the place, in a line without end', () => {
    const long = 'a'.repeat(1_900_000);
    const text = { lines: [long, `${long} constructor() { a <`, `${'a<'.repeat(900_000)}put() {}`], changedAtMs: 0 };
    const at = (line, column, name) => misfit(text, { line, column }, { name, takenAtMs: 1 });
    assert.match(at(2, long.length + 13, 'Session'), /no Session/);
    assert.equal(at(3, 1_800_004, 'put'), undefined);
    assert.match(at(3, 1_800_004, 'Other'), /no Other/);
  });

  it('not when the file has no such line or column', () => {
    assert.match(check(99, 1, undefined), /no such line/);
    assert.match(check(5, 9, undefined), /no such line/);
  });
});

describe('files are read', () => {
  const inside = path.join(folder, 'inside');
  before(() => {
    fs.mkdirSync(inside);
    fs.writeFileSync(path.join(inside, 'a.js'), 'one\r\ntwo');
    fs.writeFileSync(path.join(folder, 'secret.txt'), 'secret');
    fs.symlinkSync(path.join(folder, 'secret.txt'), path.join(inside, 'link.js'));
    fs.writeFileSync(path.join(inside, 'large.js'), ' '.repeat(2_000_001));
    fs.writeFileSync(path.join(inside, 'binary.js'), 'a\0b');
  });

  it('below the folder, by path and by URL', async () => {
    const texts = new FileTexts(inside);
    assert.deepEqual((await texts.read(path.join(inside, 'a.js'))).lines, ['one', 'two']);
    assert.equal((await texts.read(`file://${path.join(inside, 'a.js')}`)).text, 'one\r\ntwo');
  });

  it('and nothing else is', async () => {
    const texts = new FileTexts(inside);
    const others = ['../secret.txt', 'link.js', 'large.js', 'binary.js', 'gone.js', '.'].map((file) =>
      path.join(inside, file),
    );
    for (const file of [...others, 'a.js', 'node:events', `//host${inside}/a.js`, `${inside}/a.js\0`, ''])
      assert.equal(await texts.read(file), undefined, file);
  });
});

describe('a line is shown', () => {
  const line = (text, column) => ({ line: 14, column, text });

  it('cut around its column, with an ellipsis at each end', () => {
    const long = `${'a'.repeat(500)}HERE${'b'.repeat(500)}`;
    const { text, column } = cutAround(long, 501, 60);
    assert.equal(text.length, 60);
    assert.equal(text.slice(column - 1, column + 3), 'HERE');
    assert.match(text, /^….*…$/);
    assert.equal(cutAround('\t\tx', 3, 60).column, 5, 'a tab is two columns');
    for (const at of [1, 59, 60, 61, 998, 1004])
      assert.equal(cutAround(long, at, 60).text[cutAround(long, at, 60).column - 1], long[at - 1], `${at}`);
  });

  it('with its number, the others dim, and nothing that acts on the terminal', () => {
    const terminal = { isTty: true, width: 80, tableWidth: 80, style: (_, text) => text };
    const lines = drawSource(
      { ...line('  x\u001b[2J\u202e;', 3), before: ['a', ''], after: ['b'] },
      { terminal, width: 40 },
    );
    assert.deepEqual(lines, ['  12 │ a', '  13 │', '▸ 14 │   x\\x1b[2J\\u202e;', '  15 │ b']);
    assert.deepEqual(drawSource(line('x', 1), { terminal, width: 40 }), ['14 │ x']);
    const [wide] = drawSource(line('語'.repeat(99), 1), { terminal, width: 20 });
    assert.match(wide, /^14 │ 語{6,7}…$/);
  });
});

describe('the leaks of a program', () => {
  /** @type {{ script: string, files: string[] }} */
  let run;
  before(() => {
    run = snapshotsOf('leaks');
  });

  it('have the line of the class that leaks, where the option says so', async () => {
    const [leak] = (await findLeaks(run.files, { sources: folder, sourceLines: 1 })).leaks;
    assert.equal(leak.className, 'Session');
    assert.deepEqual(leak.location.source, {
      line: 5,
      column: 14,
      text: '  constructor(id) {',
      before: ['  id = 0;'],
      after: ['    this.id = id;'],
    });
    const none = await findLeaks(run.files, { sourceMaps: true });
    assert.equal(none.leaks[0].location.source, undefined, 'the file is not below the working folder');
    for (const options of [{}, { sources: false, sourceMaps: true }])
      assert.ok(!JSON.stringify(await findLeaks(run.files, options)).includes('"source":{'), JSON.stringify(options));
    await assert.rejects(findLeaks(run.files, { sources: '' }), { code: 'HEAPHOUND_ERR_OPTION', message: /sources/ });
    await assert.rejects(findLeaks(run.files, { sourceLines: -1 }), { code: 'HEAPHOUND_ERR_OPTION' });
  });

  it('show it on the command line', () => {
    const text = heaphound('leaks', ...run.files, '--root', folder, '--source', '1');
    assert.match(text, /Source {8}9 │ class Store \{\n\s+▸ 10 │ {3}constructor\(\) \{\n\s+11 │/);
    assert.ok(!heaphound('leaks', ...run.files, '--root', folder, '--no-source-maps').includes('│'));
  });

  it('say what cutting the reference would free, and what else holds the rest', async () => {
    const [{ fingerprint }] = (await findLeaks(run.files)).leaks;
    const [{ freed }] = (await findLeaks(run.files, { explain: fingerprint.slice(0, 6) })).leaks;
    // 212 came after the first snapshot; each second one is in the Set, too.
    assert.equal(freed.cutCount, 212);
    assert.equal(freed.still.count, 106);
    assert.equal(freed.still.holder.name, 'Set');
    assert.ok(freed.count >= 106 && freed.count < 212, `${freed.count}`);
    assert.ok(freed.size > 106 * 16, `${freed.size}`);
    const text = heaphound('explain', fingerprint, ...run.files);
    assert.match(text, /Without the 212 references of this sort .+ go away\./);
    assert.match(text, /106 of the 212 stay: Set @\d+ holds one Session too\./);
  });

  it('are freed whole when only a WeakMap has them besides, with what it has for them', async () => {
    const program = PROGRAM.replace('new Set()', 'new WeakMap()').replace(
      'if (id % 2 === 0) this.index.add(session)',
      'this.index.set(session, { note: id })',
    );
    const { files } = snapshotsOf('weak', program);
    const [leak] = (await findLeaks(files, { explain: '' })).leaks;
    assert.equal(leak.freed.cutCount, 212);
    assert.equal(leak.freed.still, undefined);
    assert.ok(leak.freed.count >= 424, `212 sessions and 212 notes: ${leak.freed.count}`);
  });

  it('show no line when the file has changed, and say so', async () => {
    fs.writeFileSync(run.script, PROGRAM.replaceAll('class S', 'class Other'));
    const [leak] = (await findLeaks(run.files, { sources: folder })).leaks;
    assert.equal(leak.location.source, undefined);
    assert.equal(leak.location.noSource, 'the file has no Session at this place any more');
    assert.match(heaphound('leaks', ...run.files, '--root', folder), /Source {5}not shown: the file has no Store at/);
    fs.writeFileSync(run.script, PROGRAM);
    const again = (await findLeaks(run.files, { sources: folder })).leaks[0];
    assert.equal(again.location.source.text, '  constructor(id) {', 'a checkout is newer, with the old text');
  });
});

describe('a leak of a package', () => {
  const leakOf = (file) => ({
    className: 'Entry',
    container: { id: 2, name: 'NodeCache', edge: '' },
    retainingPath: [{ id: 2, name: 'NodeCache' }],
    responsible: {
      evidence: 'module',
      because: 'the only own file that loads node-cache',
      package: 'node-cache',
      location: { file, line: 1, column: 1, scriptId: 7 },
      loaders: [file],
    },
  });

  it('has the line of the own file that constructs its container', async () => {
    const file = path.join(folder, 'scope.js');
    fs.writeFileSync(
      file,
      `const NodeCache = require('node-cache');\n\nfunction open() {\n  return new NodeCache();\n}\n`,
    );
    const leak = leakOf(file);
    await addCalls([leak], { texts: new FileTexts(folder), around: 0 });
    const { evidence, location, calls, probably, because } = leak.responsible;
    assert.deepEqual([evidence, probably, location.line, location.column], ['call', true, 4, 10]);
    assert.equal(location.source.text, '  return new NodeCache();');
    assert.equal(calls[0].text, 'return new NodeCache();');
    assert.match(because, /^the only own file that loads node-cache; this line constructs NodeCache of node-cache/);
  });

  it('is looked for in the packages in which the leak lies, and in the other own files', async () => {
    const [first, second] = ['silent-too.js', 'db.js'].map((name) => path.join(folder, name));
    fs.writeFileSync(first, `require('@db/pool');\n`);
    fs.writeFileSync(second, `import { createPool } from '@db/pool';\nexport const pool = createPool();\n`);
    const place = (file) => ({ file, line: 1, column: 1, scriptId: 3 });
    const leak = leakOf(first);
    leak.container.location = place('/srv/node_modules/@db/pool/node_modules/inner/index.js');
    leak.retainingPath.unshift({ id: 1, name: 'Pool', location: place('/srv/node_modules/@db/pool/lib/pool.js') });
    leak.responsible = { evidence: 'module', because: 'both load it', location: place(first), others: [place(second)] };
    await addCalls([leak], { texts: new FileTexts(folder), around: 0 });
    const { evidence, location } = leak.responsible;
    assert.deepEqual([evidence, location.file, location.line], ['call', second, 2]);
  });

  it('keeps the file alone where no line calls it, or the file is not at hand', async () => {
    const silent = path.join(folder, 'silent.js');
    fs.writeFileSync(silent, `require('node-cache');\n`);
    for (const file of [silent, path.join(folder, 'gone.js')]) {
      const leak = leakOf(file);
      await addCalls([leak], { texts: new FileTexts(folder), around: 0 });
      assert.deepEqual(leak, leakOf(file));
    }
  });
});
