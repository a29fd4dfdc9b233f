'use strict';

// Whose the memory of a frozen process is, on every line of Node.js: what a program took is where it took it.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { promisify } = require('node:util');
const { captureSnapshot, memoryOfImage } = require('..');
const { addon } = require('../lib/native');
const { whyNoFork } = require('../lib/capture/fork');
const { folder } = require('./helpers/folder');
const { LINES, nodeOfLine } = require('./helpers/node-lines');

const app = path.join(__dirname, 'fixtures', 'growing-memory.js');
const main = path.join(__dirname, '..', 'cli', 'main.js');
const skip = whyNoFork() ?? addon.cannotFreeze() ?? false;
const run = promisify(execFile);
const MEGABYTE = 1_000_000;

for (const line of LINES) {
  const node = nodeOfLine(line);
  const missing = skip || (node === undefined && `node${line} is not installed`);
  test(`Node ${line}: Buffers and small blocks of malloc are told from V8's heap`, { skip: missing }, async (t) => {
    const directory = folder(t);
    const { stdout } = await run(/** @type {string} */ (node), [app, directory]);
    const { heap } = JSON.parse(stdout);
    const [before, after] = await Promise.all(
      ['before', 'after'].map((name) => memoryOfImage(path.join(directory, `${name}.frozen`))),
    );
    for (const image of [before, after]) {
      assert.equal(sum(image.kinds), image.totalBytes);
      assert.equal(image.totalBytes % 4096, 0);
      assert.equal(sum(image.files), of(image, 'files'));
      assert.ok(image.malloc.knownHeaps > 0);
    }
    const grown = (/** @type {import('..').ImageMemoryKind} */ kind) => (of(after, kind) - of(before, kind)) / MEGABYTE;
    // A block that was there before may be gone: buffers of a compressor have some megabytes.
    assert.ok(Math.abs(grown('largeBlocks') - 50) < 5, `${grown('largeBlocks')} MB in large blocks`);
    assert.ok(Math.abs(grown('mallocUsed') - 21) < 4, `${grown('mallocUsed')} MB used in malloc`);
    assert.ok(Math.abs(grown('v8Heap')) < 8, `${grown('v8Heap')} MB in the heap of V8`);
    assert.ok(Math.abs(grown('other')) < 2, `${grown('other')} MB without an owner`);
    // V8's own word. Pages of zeros are not in an image.
    assert.ok(Math.abs(of(after, 'v8Heap') / heap - 1) < 0.25, `${of(after, 'v8Heap')} of ${heap} bytes`);
    assert.ok(after.malloc.usedBytes > 20 * MEGABYTE, `${after.malloc.usedBytes} bytes used`);
    if (line !== LINES[0]) return;
    const files = ['before', 'after'].map((name) => path.join(directory, `${name}.frozen`));
    const page = await run(process.execPath, [main, 'memory', ...files]);
    assert.match(page.stdout, /^Memory changed by \+\d+\.?\d* MB\. What grew most is large blocks: \+\d+\.\d MB \(/m);
    assert.ok(page.stdout.split('\n').every((text) => text.length <= 120));
    const json = await run(process.execPath, [main, 'memory', ...files, '--json']);
    const { before: first, growth } = JSON.parse(json.stdout);
    assert.equal(first.totalBytes, before.totalBytes);
    assert.equal(sum(growth), after.totalBytes - before.totalBytes);
  });
}

test('the page of one image names what is largest beyond the heap', { skip }, async (t) => {
  const file = path.join(folder(t), 'own.frozen');
  await captureSnapshot({ mode: 'freeze', path: file });
  const { stdout } = await run(process.execPath, [main, 'memory', file]);
  assert.match(stdout, /^[\d.]+ MB of memory in process \d+ with Node\.js v\d+/);
  assert.match(stdout, /^V8's heap +\d+\.\d MB +\d+ % {2}objects of JavaScript/m);
  assert.match(stdout, /^all pages +[\d.]+ MB +100 %$/m);
  assert.match(stdout, /^Beyond V8's heap and files, most is /m);
  const words = stdout.replaceAll(/\s+/g, ' ');
  assert.ok(
    words.includes(`The text of ${fs.realpathSync(process.execPath)} is not in the image, and not counted.`),
    stdout,
  );
});

test('text of Node.js that only one of two images has is no growth without a word', { skip }, async (t) => {
  const directory = folder(t);
  const [without, whole] = ['without', 'whole'].map((name) => path.join(directory, name));
  await captureSnapshot({ mode: 'freeze', path: without });
  await captureSnapshot({ mode: 'freeze', path: whole, selfContained: true });
  assert.deepEqual(await Promise.all([without, whole].map(async (image) => (await memoryOfImage(image)).leftOut)), [
    fs.realpathSync(process.execPath),
    undefined,
  ]);
  const { stdout } = await run(process.execPath, [main, 'memory', without, whole]);
  const words = stdout.replaceAll(/\s+/g, ' ');
  assert.ok(words.includes('One image has the text of Node.js, and the other has not: files differ by it.'), stdout);
});

test('a damaged image, and what is none, is an error with its code', { skip }, async (t) => {
  const directory = folder(t);
  const file = path.join(directory, 'own.frozen');
  await captureSnapshot({ mode: 'freeze', path: file });
  const bytes = fs.readFileSync(file);
  const cut = path.join(directory, 'cut.frozen');
  fs.writeFileSync(cut, bytes.subarray(0, bytes.length / 2));
  await assert.rejects(memoryOfImage(cut), { code: 'HEAPHOUND_ERR_IMAGE' });
  bytes[bytes.length >> 1] ^= 1;
  fs.writeFileSync(cut, bytes);
  await assert.rejects(memoryOfImage(cut), { code: 'HEAPHOUND_ERR_IMAGE' });
  await assert.rejects(memoryOfImage(app), { code: 'HEAPHOUND_ERR_IMAGE' });
  await assert.rejects(memoryOfImage(path.join(directory, 'none')), { code: 'HEAPHOUND_ERR_IO' });
  await assert.rejects(memoryOfImage(''), { code: 'HEAPHOUND_ERR_OPTION' });
});

/** @param {{ bytes: number }[]} rows */
function sum(rows) {
  return rows.reduce((total, { bytes }) => total + bytes, 0);
}

/**
 * @param {import('..').ImageMemory} image
 * @param {import('..').ImageMemoryKind} wanted
 */
function of({ kinds }, wanted) {
  return kinds.find(({ kind }) => kind === wanted)?.bytes ?? NaN;
}
