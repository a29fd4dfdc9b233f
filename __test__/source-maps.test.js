'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { findLeaks } = require('..');
const { printLocation } = require('../words/location');

const BUNDLE = path.join(__dirname, 'fixtures', 'bundle', 'dist');
const MAIN = path.join(__dirname, '..', 'cli', 'main.js');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-maps-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Takes three snapshots of the shop in a bundle, with as much of one work before each. */
const PROGRAM = `
const v8 = require('node:v8');
const [script, out, work] = process.argv.slice(1);
const { createCounter, order, visit } = require(script);
const counter = createCounter(1e6);
globalThis.counter = counter;
let done = 0;
for (const name of ['a', 'b', 'c']) {
  for (const end = done + 101; done < end; done += 1) ({ count: () => counter.visit(done), order: () => order(done), visit: () => visit(done) })[work]();
  gc();
  v8.writeHeapSnapshot(out + '/' + name + '.heapsnapshot');
}
`;

/**
 * Snapshots of the bundle at a place of its own, with `files` beside it.
 *
 * @param {string} name
 * @param {'count' | 'order' | 'visit'} work
 * @param {(dist: string) => void} [arrange]
 */
function snapshotsOf(name, work, arrange = () => {}) {
  const dist = path.join(folder, name, 'dist');
  fs.cpSync(BUNDLE, dist, { recursive: true });
  arrange(dist);
  execFileSync(process.execPath, ['--expose-gc', '-e', PROGRAM, '--', path.join(dist, 'shop.js'), dist, work]);
  return ['a', 'b', 'c'].map((file) => path.join(dist, `${file}.heapsnapshot`));
}

/** @param {import('..').Leak} leak */
const references = (leak) => leak.retainingPath.map((step) => step.reference);

describe('a bundle with a source map', () => {
  /** @type {string[]} */
  let files;
  before(() => {
    files = snapshotsOf('beside', 'visit');
  });

  it('has packages and a program: two objects of a package that grow in step are one leak', async () => {
    const { leaks } = await findLeaks(files, { sourceMaps: true });
    assert.equal(leaks.length, 1);
    assert.match(printLocation(leaks[0].container.location), /node_modules\/tiny-cache\/index\.js:\d+:\d+$/);
    const withoutMaps = await findLeaks(files);
    // Two dictionaries of one object that gain as many of one class are one leak in the program's code, too.
    assert.equal(withoutMaps.leaks.length, 1);
    assert.doesNotMatch(printLocation(withoutMaps.leaks[0].container.location), /node_modules/);
  });

  it('has the names of the source again', async () => {
    const [leak] = (await findLeaks(files, { sourceMaps: true })).leaks;
    assert.ok(
      references(leak).some((reference) => reference.startsWith('variable cache in ')),
      references(leak).join(),
    );
    const fingerprint = (await findLeaks(files)).leaks.map((row) => row.fingerprint);
    assert.ok(fingerprint.includes(leak.fingerprint), 'a fingerprint does not depend on maps');
  });
});

describe('original names', () => {
  it('are those of classes, functions and variables', async () => {
    const { leaks } = await findLeaks(snapshotsOf('names', 'count'), { sourceMaps: true });
    assert.deepEqual(
      leaks.map((leak) => leak.className),
      ['Basket'],
    );
    assert.ok(references(leaks[0]).includes('variable visitors in createCounter()'), references(leaks[0]).join());
    assert.match(leaks[0].location.original.file, /src\/shop\.ts$/);
    assert.equal(leaks[0].location.original.line, 7);
  });

  it('are those of variables of the script itself', async () => {
    const { leaks } = await findLeaks(snapshotsOf('top', 'order'), { sourceMaps: true });
    assert.deepEqual(
      leaks.map((leak) => leak.className),
      ['Basket'],
    );
    assert.ok(
      references(leaks[0]).some((reference) => reference.startsWith('variable remembered in ')),
      references(leaks[0]).join(),
    );
  });
});

describe('maps elsewhere', () => {
  const away = path.join(folder, 'maps');
  /** @type {string[]} */
  let files;
  before(() => {
    files = snapshotsOf('away', 'count', (dist) => {
      fs.mkdirSync(away);
      fs.renameSync(path.join(dist, 'shop.js.map'), path.join(away, 'shop.js.map'));
    });
  });

  it('are found in the folder of the option', async () => {
    const named = async (sourceMaps) => (await findLeaks(files, { sourceMaps })).leaks.map((leak) => leak.className);
    assert.deepEqual(await named(away), ['Basket']);
    assert.notDeepEqual(await named(true), ['Basket']);
    await assert.rejects(findLeaks(files, { sourceMaps: '' }), { code: 'HEAPHOUND_ERR_OPTION', message: /sourceMaps/ });
  });

  it('are found by --source-maps', () => {
    const leaks = (...args) => {
      try {
        return execFileSync(process.execPath, [MAIN, 'leaks', ...files, '--no-color', ...args], {
          encoding: 'utf8',
          stdio: 'pipe',
        });
      } catch (error) {
        return error.stdout + error.stderr;
      }
    };
    assert.match(leaks('--source-maps', away), /^Basket piles up in variable visitors in createCounter\(\)/);
    assert.match(leaks('--source-maps', path.join(away, 'shop.js.map')), /--source-maps must be a folder/);
    assert.match(leaks('--source-maps', away, '--no-source-maps'), /cannot be used with --no-source-maps/);
  });
});

describe('the line of a place in a bundle', () => {
  const source = fs.readFileSync(path.join(BUNDLE, '..', 'src', 'shop.ts'), 'utf8');
  const lines = async (files, options = {}) => {
    const { leaks } = await findLeaks(files, { sourceMaps: true, sources: folder, ...options });
    assert.equal(leaks[0].className, 'Basket');
    return leaks[0].location;
  };

  it('is that of the text that the map brings', async () => {
    const files = snapshotsOf('with-text', 'count', (dist) => {
      const file = path.join(dist, 'shop.js.map');
      const map = JSON.parse(fs.readFileSync(file, 'utf8'));
      fs.writeFileSync(file, JSON.stringify({ ...map, sourcesContent: [null, source] }));
    });
    const location = await lines(files, { sourceLines: 1 });
    assert.equal(location.source.line, 7);
    assert.match(location.source.text, /^ {2}constructor\(public readonly customer: string\)/);
    assert.deepEqual([location.source.before, location.source.after], [['  lines: Line[] = [];'], ['}']]);
    assert.equal(JSON.stringify(location).includes('"lines"'), false, 'what the engine found is no member');
    const script = path.join(path.dirname(files[0]), 'shop.js');
    const later = new Date(Date.now() + 60_000);
    fs.utimesSync(script, later, later);
    assert.equal((await lines(files)).noSource, 'the built file was written after the snapshot');
    assert.equal((await lines(files, { sources: false })).source, undefined);
  });

  it('is that of the original file, when it is older than what was built of it', async () => {
    let original = '';
    const files = snapshotsOf('with-file', 'count', (dist) => {
      original = path.join(dist, '..', 'src', 'shop.ts');
      fs.mkdirSync(path.dirname(original));
      fs.writeFileSync(original, source);
      const built = new Date();
      fs.utimesSync(original, new Date(built.getTime() - 5000), new Date(built.getTime() - 5000));
      fs.utimesSync(path.join(dist, 'shop.js'), built, built);
    });
    assert.match((await lines(files)).source.text, /constructor\(public readonly customer: string\)/);
    const later = new Date(Date.now() + 60_000);
    fs.utimesSync(original, later, later);
    const { source: none, noSource } = await lines(files);
    assert.deepEqual([none, noSource], [undefined, 'the file was written after it was built']);
  });
});

it('a place beyond the file at hand is shown without its line', async () => {
  const files = snapshotsOf('shorter', 'count', (dist) => {
    fs.writeFileSync(
      path.join(dist, 'shop.js'),
      `${'\n'.repeat(9)}${fs.readFileSync(path.join(dist, 'shop.js'), 'utf8').replace(/\/\/#.*/, '')}`,
    );
  });
  const script = path.join(path.dirname(files[0]), 'shop.js');
  fs.writeFileSync(script, 'compiled in memory;\n');
  const { leaks } = await findLeaks(files, { sourceMaps: true });
  const { location } = leaks[0];
  assert.equal(location.unmapped, true);
  assert.equal(path.basename(printLocation(location)), 'shop.js');
  fs.rmSync(script);
  const [{ location: gone }] = (await findLeaks(files, { sourceMaps: true })).leaks;
  assert.equal(gone.unmapped, undefined, 'without the file nobody knows better');
  assert.match(printLocation(gone), /shop\.js:10:\d+$/);
});
