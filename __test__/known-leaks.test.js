'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it, test } = require('node:test');
const semver = require('semver');
const { findLeaks, ignoreLeaks } = require('..');
const { nameKnown, readCatalogue } = require('../lib/compare/known-leaks');
const { nameFor, writeProgram } = require('./helpers/held-packages');
const { RUN } = require('./helpers/leak-case');
const { leakOf } = require('./helpers/leak-document');

const GOLDEN = path.join(__dirname, 'fixtures', 'golden');
const SNAPSHOTS = ['growth-before.heapsnapshot.gz', 'growth-after.heapsnapshot.gz'].map((name) =>
  path.join(GOLDEN, name),
);
const ROW = {
  package: 'store',
  versions: '<2.0.0',
  title: 'sessions stay',
  container: '^Map$',
  path: ['^Store$', '^sessions$'],
  advice: 'Upgrade.',
  source: 'here',
};

let folder;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-known-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('the catalogue that the package brings', () => {
  const { leaks } = require('../catalogue/known-leaks.json');

  it('has rows that say who, what, which versions, what to do and where that is known from', async () => {
    assert.ok(leaks.length >= 20);
    const fields = ['package', 'versions', 'title', 'className', 'container', 'path', 'kind', 'advice', 'source'];
    for (const row of leaks) {
      const name = `${row.package}: ${row.title}`;
      assert.deepEqual(
        Object.keys(row).filter((field) => !fields.includes(field)),
        [],
        name,
      );
      assert.match(row.package, /^(@[\w-]+\/)?[\w.-]+$/, name);
      assert.notEqual(semver.validRange(row.versions), null, name);
      assert.ok(row.title.length <= 130 && !row.title.endsWith('.'), name);
      assert.ok(row.advice.length <= 200 && row.advice.endsWith('.'), name);
      assert.match(row.source, /https:\/\/github\.com\/|README|reproduced/, name);
    }
    await readCatalogue(leaks);
  });

  it('takes no other leak for one of its own, whose package holds it as it would hold that', async () => {
    const program = fs.mkdtempSync(path.join(folder, 'held-'));
    const out = path.join(program, 'heaps');
    execFileSync(process.execPath, [RUN, path.relative(path.dirname(RUN), writeProgram(program, leaks)), out]);
    const files = ['A', 'B', 'C'].map((name) => path.join(out, `${name}.heapsnapshot`));
    for (const compareBy of ['ids', 'structure']) {
      const found = (await findLeaks(files, { compareBy, limit: 200 })).leaks;
      const classes = found.map(({ className }) => className).sort();
      assert.deepEqual(classes, leaks.map((_, at) => `Item${at}`).sort(), compareBy);
      const wrong = found
        .filter(({ known }) => known)
        .map(({ className, known, retainingPath }) => [
          className,
          known.package,
          retainingPath.map(({ edge, name }) => `${edge}>${name}`).join(' '),
        ]);
      assert.deepEqual(wrong, [], compareBy);
      for (const { className, retainingPath } of found) {
        const own = `/node_modules/${leaks[Number(className.slice(4))].package}/`;
        assert.ok(
          retainingPath.some(({ location }) => location?.file.includes(own)),
          `${className} is held by its package`,
        );
      }
    }
  });

  it('knows a leak by each of its rows: at the cut, or at what the cut is a reference of', async () => {
    const patterns = await readCatalogue();
    for (const row of leaks) {
      const file = row.package === 'node' ? 'node:internal/a' : `/x/node_modules/${row.package}/a.js`;
      for (const below of [[], ['table[7]']]) {
        const names = row.path.map(nameFor);
        const found = leakOf({ kind: row.kind ?? 'other', name: row.className ? nameFor(row.className) : 'Item' });
        const step = (edge, id) => ({
          ...found.retainingPath[1],
          id,
          edge,
          name: edge,
          location: { file, line: 1, column: 1, scriptId: 1 },
        });
        found.retainingPath = ['', ...names, ...below].map(step);
        Object.assign(found.retainingPath[found.retainingPath.length - 1], { cut: true, leaking: 'yes' });
        await nameKnown([found], patterns, { readManifests: false });
        assert.ok(
          leaks.filter((other) => other.package === row.package).some(({ title }) => title === found.known?.title),
          `${row.package} ${row.path} ${below}`,
        );
        // Four steps further down it is another leak.
        const cut = found.retainingPath.pop();
        delete found.known;
        found.retainingPath.push(
          ...['a', 'b', 'c', 'd'].map((edge, at) => ({ ...step(edge, 90 + at), location: undefined })),
          { ...cut, edge: 'e', name: 'E' },
        );
        found.className = 'E';
        await nameKnown([found], patterns, { readManifests: false });
        assert.equal(found.known, undefined, `${row.package} ${row.path}`);
      }
    }
  });

  it('has no row twice', () => {
    assert.equal(new Set(leaks.map((row) => JSON.stringify([row.package, row.path]))).size, leaks.length);
  });
});

describe('a known leak', () => {
  const leak = (file) => {
    const found = leakOf({ file });
    const names = [
      ['', '(roots)'],
      ['store', 'Store'],
      ['sessions', 'Map'],
      ['table[1]', 'Session'],
    ];
    found.retainingPath = names.map(([edge, name], id) => ({
      ...found.retainingPath[1],
      id,
      edge,
      name,
      location: { file, line: 1, column: 1, scriptId: 1 },
    }));
    found.container.name = 'Map';
    return found;
  };
  const known = async (found, row = ROW, options = { readManifests: true }) => {
    await nameKnown([found], await readCatalogue([row]), options);
    return found.known;
  };
  const install = (version, name = 'store') => {
    const directory = path.join(fs.mkdtempSync(path.join(folder, 'app-')), 'node_modules', name);
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(path.join(directory, 'package.json'), version === undefined ? '{' : JSON.stringify({ version }));
    return path.join(directory, 'lib', 'index.js');
  };

  it('is recognised by class and path, with the version that is installed', async () => {
    const { container, path: names, ...facts } = ROW;
    assert.deepEqual(await known(leak(install('1.4.0'))), { ...facts, version: '1.4.0' });
  });

  it('is another leak where the version is not affected', async () => {
    assert.equal(await known(leak(install('2.0.1'))), undefined);
  });

  it('has no version where none can be read, and reads none when it must not', async () => {
    for (const file of [
      '/nowhere/node_modules/store/a.js',
      install(undefined),
      install('not a version'),
      'C:\\app\\node_modules\\store\\a.js',
    ]) {
      assert.equal((await known(leak(file))).version, null, file);
    }
    const file = install('1.0.0');
    assert.equal((await known(leak(file), ROW, { readManifests: false })).version, null);
  });

  it('is in the package, and everything of the row fits', async () => {
    const file = install('1.0.0');
    assert.equal(await known(leak('/app/store/a.js')), undefined);
    assert.equal(await known(leak(file), { ...ROW, package: 'stor' }), undefined);
    for (const more of [
      { container: '^Set$' },
      { path: ['^sessions$', '^Store$'] },
      { className: '^Job$' },
      { kind: 'timers' },
    ]) {
      assert.equal(await known(leak(file), { ...ROW, ...more }), undefined, JSON.stringify(more));
    }
    assert.ok(await known(leak(file), { ...ROW, kind: 'growing-map', className: '^Session$' }));
  });

  it('may come from a file', async () => {
    const file = path.join(folder, 'ours.json');
    fs.writeFileSync(file, JSON.stringify({ leaks: [{ ...ROW, package: 'x' }] }));
    await findLeaks(SNAPSHOTS, { catalogue: file, limit: 0 });
    fs.writeFileSync(file, '[1');
    await assert.rejects(findLeaks(SNAPSHOTS, { catalogue: file }), {
      code: 'HEAPHOUND_ERR_OPTION',
      message: /cannot be read from/,
    });
  });

  it('wants whole rows', async () => {
    const bad = [
      7,
      [null],
      [{ ...ROW, package: '' }],
      [{ ...ROW, versions: 'new' }],
      [{ ...ROW, container: undefined, path: undefined }],
      [{ ...ROW, path: ['('] }],
      [{ ...ROW, path: 'a' }],
    ];
    for (const catalogue of bad) {
      await assert.rejects(
        findLeaks(SNAPSHOTS, { catalogue }),
        { code: 'HEAPHOUND_ERR_OPTION', message: /^option catalogue/ },
        JSON.stringify(catalogue),
      );
    }
  });
});

test('a file whose leaks are no rows is refused, whatever they are', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-catalogue-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const catalogue = path.join(folder, 'leaks.json');
  for (const leaks of ['elsewhere.json', null, {}, 7]) {
    fs.writeFileSync(catalogue, JSON.stringify({ leaks }));
    await assert.rejects(findLeaks(SNAPSHOTS, { catalogue }), { code: 'HEAPHOUND_ERR_OPTION' }, JSON.stringify(leaks));
  }
});

describe('what is ignored', () => {
  it('is named by fingerprint, class, path, file or function', () => {
    const leaks = [leakOf(), leakOf({ name: 'Job', file: '/app/src/jobs.js' })];
    for (const pattern of ['Job', '/jobs.js', /^J.b$/g, (leak) => leak.className === 'Job', ['nothing', /jobs/]]) {
      const sorted = ignoreLeaks(leaks, pattern);
      assert.deepEqual([sorted.leaks, sorted.ignored], [[leaks[0]], [leaks[1]]], String(pattern));
    }
    assert.deepEqual(ignoreLeaks(leaks), { leaks, ignored: [] });
    assert.equal(ignoreLeaks(leaks, 'c0ffee00c0ffee00').ignored.length, 2);
    for (const pattern of ['', 7, [null]])
      assert.throws(() => ignoreLeaks(leaks, pattern), { code: 'HEAPHOUND_ERR_OPTION' });
  });

  it('is left out of what findLeaks gives, and does not push out what is not', async () => {
    const { leaks } = await findLeaks(SNAPSHOTS);
    const { leaks: others, ignored } = await findLeaks(SNAPSHOTS, { ignore: leaks[0].fingerprint, limit: 1 });
    assert.equal(ignored, 1);
    assert.equal(others[0].fingerprint, leaks[1].fingerprint);
  });
});
