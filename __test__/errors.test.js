'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { openSnapshot } = require('..');

const HANDMADE = path.join(__dirname, 'fixtures', 'corpus', 'handmade');
const root = path.join(__dirname, '..');
const bad = (name) => path.join(HANDMADE, `bad-${name}.heapsnapshot`);

test('errors carry a code, the table and the offset', async () => {
  await assert.rejects(openSnapshot(path.join(HANDMADE, 'none')), (error) => {
    assert.equal(error.code, 'HEAPHOUND_ERR_IO');
    assert.equal(error.table, undefined);
    assert.match(error.stack, /errors\.test\.js/, 'the stack leads to the caller');
    return error instanceof Error;
  });
  await assert.rejects(openSnapshot(bad('truncated-in-edges')), (error) => {
    assert.equal(error.code, 'HEAPHOUND_ERR_TRUNCATED');
    assert.equal(error.table, 'edges');
    assert.equal(error.offset, fs.statSync(bad('truncated-in-edges')).size);
    return true;
  });
  await assert.rejects(openSnapshot(bad('to-node-range')), (error) => {
    assert.equal(error.code, 'HEAPHOUND_ERR_FORMAT');
    assert.equal(error.table, 'edges');
    assert.ok(error.offset > 0);
    return true;
  });
  await assert.rejects(openSnapshot(bad('not-json')), { code: 'HEAPHOUND_ERR_FOREIGN' });
  await assert.rejects(openSnapshot(Buffer.alloc(0)), { code: /HEAPHOUND_ERR_(FOREIGN|TRUNCATED)/ });
  const gzip = fs.readFileSync(path.join(__dirname, 'fixtures', 'golden', 'n24-plain.heapsnapshot.gz'));
  gzip.fill(0xff, 5000, 6000);
  await assert.rejects(openSnapshot(gzip), { code: /HEAPHOUND_ERR_(COMPRESSION|FORMAT|FOREIGN)/ });
});

test('every bad file of the corpus is an error with a documented code', async () => {
  const documented = fs.readFileSync(path.join(root, 'docs', 'errors.md'), 'utf8');
  for (const name of fs.readdirSync(HANDMADE).filter((it) => it.startsWith('bad-'))) {
    await assert.rejects(
      openSnapshot(path.join(HANDMADE, name)),
      (error) => documented.includes(`## ${error.code}`),
      name,
    );
  }
});

test('every code has its heading, and every heading its code', () => {
  const folders = ['checks', 'counts', 'cli', 'fastify', 'http', 'lib', 'test', 'waits', 'words'];
  const inside = (folder) =>
    fs.readdirSync(path.join(root, folder), { recursive: true }).map((name) => path.join(folder, name));
  const scripts = folders.flatMap(inside).filter((name) => /\.m?js$/.test(name));
  const source = [path.join('src', 'error.rs'), ...scripts]
    .map((file) => fs.readFileSync(path.join(root, file), 'utf8'))
    .join('');
  const thrown = new Set(source.match(/HEAPHOUND_ERR_[A-Z_]+/g));
  const documented = fs
    .readFileSync(path.join(root, 'docs', 'errors.md'), 'utf8')
    .match(/(?<=^## )HEAPHOUND_ERR_[A-Z_]+/gm);
  const typed = fs.readFileSync(path.join(root, 'index.d.ts'), 'utf8').match(/(?<=\| ')HEAPHOUND_ERR_[A-Z_]+/g);
  assert.deepEqual(new Set(documented), thrown);
  assert.deepEqual(new Set(typed), thrown);
  const ofFastify = fs
    .readFileSync(path.join(root, 'docs', 'errors.md'), 'utf8')
    .match(/(?<=^## )FST_HEAPHOUND_[A-Z_]+/gm);
  assert.deepEqual(new Set(ofFastify), new Set(source.match(/FST_HEAPHOUND_[A-Z_]+/g)));
});

test('options are checked before any work begins', async () => {
  const file = path.join(HANDMADE, 'min5.heapsnapshot');
  const refused = [
    { threads: 0 },
    { threads: 1.5 },
    { threads: '2' },
    { parity: 'chrome' },
    { sourceMaps: 1 },
    { signal: {} },
    { onProgress: true },
    { thread: 2 },
    null,
    7,
  ];
  for (const options of refused) {
    await assert.rejects(openSnapshot(file, options), { code: 'HEAPHOUND_ERR_OPTION' }, JSON.stringify(options));
  }
  for (const source of [undefined, null, 7, {}, [], '', 'a\0b', new URL('https://example.com/x')]) {
    await assert.rejects(openSnapshot(source), { code: 'HEAPHOUND_ERR_OPTION' });
  }
  const snapshot = await openSnapshot(file);
  for (const id of [undefined, -1, 1.5, '1', NaN, 2 ** 53]) {
    await assert.rejects(snapshot.node(id), { code: 'HEAPHOUND_ERR_OPTION' });
  }
  await assert.rejects(snapshot.summary({ filter: 'none' }), { code: 'HEAPHOUND_ERR_OPTION' });
  await assert.rejects(snapshot.summary({ idRange: { after: 5, upTo: 1 } }), { code: 'HEAPHOUND_ERR_OPTION' });
  await assert.rejects(snapshot.node(987_654_321), { code: 'HEAPHOUND_ERR_NODE', message: /@987654321/ });
  await snapshot.close();
});

test('a missing addon is an error that says what to do', () => {
  const script = `
    const Module = require('node:module');
    const load = Module._extensions['.node'];
    Module._extensions['.node'] = () => { throw new Error('no such file'); };
    try { require(${JSON.stringify(root)}); } catch (error) { console.log(error.code, error.message); }
    Module._extensions['.node'] = load;
  `;
  const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.match(stdout, /^HEAPHOUND_ERR_ADDON .*npm rebuild heaphound/);
});
