'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { promisify } = require('node:util');
const zlib = require('node:zlib');
const { findLeaks } = require('..');
const { RUN } = require('./helpers/leak-case');

const PROGRAMS = path.join(__dirname, 'programs');
const PAGE = path.join(__dirname, 'fixtures', 'browser', 'page.snapshots.br');

let folder;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-kinds-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('the kind of a leak comes from its own objects', { concurrency: 2 }, () => {
  for (const file of fs.readdirSync(PROGRAMS).filter((name) => name.endsWith('.js'))) {
    const name = path.basename(file, '.js');
    it(name, async () => {
      const out = path.join(folder, name);
      const { expect } = require(path.join(PROGRAMS, file));
      await promisify(execFile)(process.execPath, [RUN, path.join('..', '..', '__test__', 'programs', name), out]);
      const files = ['A', 'B', 'C'].map((letter) => path.join(out, `${letter}.heapsnapshot`));
      for (const compareBy of ['ids', 'structure']) {
        const { leaks } = await findLeaks(files, { compareBy });
        const found = leaks.map(({ className, kind }) => [className, kind]).sort();
        const wanted = expect.leaks.map(([className, kind], at) => [className, kind ?? found[at]?.[1]]);
        assert.deepEqual(found, wanted, compareBy);
        if (expect.advice) for (const { advice } of leaks) assert.match(advice, expect.advice);
      }
    });
  }
});

describe('a page in a browser', () => {
  // `fixtures/browser/take.js` made it: the same page, once more after each of its rounds.
  const expected = {
    nodes: ['Detached <tr>', 'dom-nodes'],
    cards: ['Card', 'growing-array'],
    widgets: ['Widget', 'dom-listeners', 'Window'],
    menus: ['Menu', 'dom-listeners', 'HTMLDocument'],
    buttons: ['Button', 'dom-listeners', '<div id="stage">'],
    queries: ['Wide', 'dom-listeners', 'MediaQueryList'],
    downloads: ['Download', 'abort-listeners', 'AbortSignal'],
    panels: ['Panel', 'dom-observers'],
    charts: ['Chart', 'dom-observers'],
    pictures: ['Picture', 'dom-observers'],
    tickers: ['Ticker', 'timers'],
  };
  const files = [];
  before(() => {
    const whole = zlib.brotliDecompressSync(fs.readFileSync(PAGE), {
      params: { [zlib.constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 1 },
    });
    let at = whole.indexOf('\n') + 1;
    for (const { name, bytes } of JSON.parse(whole.subarray(0, at).toString())) {
      files.push(path.join(folder, `${name}.heapsnapshot`));
      fs.writeFileSync(files[files.length - 1], whole.subarray(at, at + bytes));
      at += bytes;
    }
  });

  it('has kinds of its own, and advice for a page', async () => {
    const found = {};
    for (const [at, file] of files.entries()) {
      if (at === 0) continue;
      const { leaks } = await findLeaks([files[at - 1], file]);
      const { className, kind, detail, advice } = leaks[0];
      const [, , emitter] = expected[path.basename(file, '.heapsnapshot')];
      assert.equal(leaks.length, 1, file);
      assert.doesNotMatch(advice, /event loop|native code|setImmediate/);
      found[path.basename(file, '.heapsnapshot')] = [className, kind, ...(emitter ? [detail.emitter] : [])];
    }
    assert.deepEqual(found, expected);
  });
});

describe('the list of kinds', () => {
  const read = (...names) => fs.readFileSync(path.join(__dirname, '..', ...names), 'utf8');
  const rust = [...read('src', 'leaks', 'kind', 'mod.rs').matchAll(/^ {4}\w+ "([\w-]+)" "/gm)]
    .map(([, name]) => name)
    .sort();

  it('is that of index.d.ts', () => {
    const [, union] = /export type LeakKind =([^;]+);/.exec(read('index.d.ts'));
    assert.deepEqual([...union.matchAll(/'([\w-]+)'/g)].map(([, name]) => name).sort(), rust);
  });

  it('is that of docs/leaks.md, with what tells each', () => {
    const [, table] = /\n\| kind \| what tells it \|\n\|---\|---\|\n((?:\|.*\n)+)/.exec(read('docs', 'leaks.md'));
    const named = table
      .trim()
      .split('\n')
      .flatMap((row) => [...row.split('|')[1].matchAll(/`([\w-]+)`/g)].map(([, name]) => name));
    // "`growing-map`, `-set`": the beginning stands once.
    const whole = named.map((name) => (name.startsWith('-') ? `growing${name}` : name));
    assert.deepEqual(whole.sort(), rust);
  });
});
