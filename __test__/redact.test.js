'use strict';

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const zlib = require('node:zlib');
const { diffSnapshots, findLeaks, openSnapshot, redactSnapshot } = require('..');
const { SECRETS, runServer } = require('./helpers/secret-server');

const MAIN = path.join(__dirname, '..', 'cli', 'main.js');
const CORPUS = path.join(__dirname, 'fixtures', 'corpus');
const GOLDEN = path.join(__dirname, 'fixtures', 'golden');
const KEY = 'a key that everybody may know';

let folder;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-redact-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const inFolder = (name) => path.join(folder, name);
const unpacked = (file) =>
  ({ '.gz': zlib.gunzipSync, '.zst': zlib.zstdDecompressSync })[path.extname(file)]?.(fs.readFileSync(file)) ??
  fs.readFileSync(file);

describe('the leaks of a server', () => {
  let plain;
  let redacted;
  before(async () => {
    plain = runServer(folder, { compression: 'gzip' });
    redacted = [];
    for (const file of plain) {
      const copy = file.replace('.gz', '-redacted.gz');
      const out = execFileSync(process.execPath, [MAIN, 'redact', file, copy, '--json'], { encoding: 'utf8' });
      const result = JSON.parse(out);
      assert.equal(result.path, copy);
      assert.ok(result.redactedCount > 1000 && result.redactedCount < result.stringCount);
      redacted.push(copy);
    }
  });

  it('are reported alike, by copies that were made with different keys too', async () => {
    const before = (await findLeaks(plain)).leaks;
    assert.equal(before.length, 1, JSON.stringify(before.map((leak) => leak.className)));
    assert.equal(before[0].className, 'Session');
    assert.deepEqual((await findLeaks(redacted)).leaks, before);
  });

  it('are the same when contents never reached the disk', async () => {
    const own = fs.mkdtempSync(path.join(folder, 'at-the-source-'));
    const files = runServer(own, { compression: 'gzip', redact: 'strings' });
    const [leak, ...others] = (await findLeaks(files)).leaks;
    const [expected] = (await findLeaks(plain)).leaks;
    const said = ({ className, container, countGrowth, fingerprint, retainingPath }) => ({
      className,
      location: container.location,
      container: container.name,
      countGrowth,
      fingerprint,
      edges: retainingPath.slice(-6).map((step) => step.edge.replace(/\d+/g, '#')),
    });
    assert.deepEqual([said(leak), others], [said(expected), []]);
    for (const file of files) {
      const sidecar = JSON.parse(fs.readFileSync(`${file}.json`, 'utf8'));
      assert.equal(sidecar.redact, 'strings');
      const bytes = unpacked(file);
      for (const secret of SECRETS) assert.ok(!bytes.includes(secret), `${secret} is in ${file}`);
    }
  });

  it('of a copy of the process have no secret in them either', { skip: process.platform !== 'linux' }, () => {
    const own = fs.mkdtempSync(path.join(folder, 'forked-'));
    for (const file of runServer(own, { compression: 'gzip', redact: 'strings', mode: 'auto' })) {
      const bytes = unpacked(file);
      assert.ok(bytes.includes('Session'));
      for (const secret of SECRETS) assert.ok(!bytes.includes(secret), `${secret} is in ${file}`);
    }
  });

  it('have no secret in them', () => {
    for (const [position, file] of redacted.entries()) {
      const original = unpacked(plain[position]);
      const copy = unpacked(file);
      for (const secret of SECRETS) {
        assert.ok(original.includes(secret), `${secret} is not even in the original`);
        assert.ok(!copy.includes(secret), `${secret} is in ${file}`);
      }
      const [rows, redactedRows] = [original, copy].map((bytes) => JSON.parse(bytes.toString()));
      for (const table of ['nodes', 'edges', 'locations']) assert.deepEqual(redactedRows[table], rows[table]);
    }
  });
});

it('what the URL of a module carries goes, also where the URL is a key of a cache', async () => {
  const original = inFolder('modules.heapsnapshot');
  const program = `
    const v8 = require('node:v8');
    const source = 'export const held = { inline: "PAYLOADTEXT" }; export const f = () => held;';
    const urls = ['data:text/javascript,' + encodeURIComponent(source), 'data:text/javascript;base64,' + btoa(source + '// base64'),
      require('node:url').pathToFileURL(process.argv[1]) + '?token=QUERYTEXT'];
    const cache = Object.create(null);
    Promise.all(urls.map((url) => import(url))).then((modules) => {
      urls.forEach((url, index) => { cache[url] = modules[index]; });
      globalThis.cache = cache;
      v8.writeHeapSnapshot(process.argv[2]);
    });`;
  fs.writeFileSync(inFolder('a-module.mjs'), 'export const here = {};');
  execFileSync(process.execPath, ['-e', program, inFolder('a-module.mjs'), original]);
  await redactSnapshot(original, inFolder('modules-copy.heapsnapshot'));
  const [before, after] = [original, inFolder('modules-copy.heapsnapshot')].map(
    (file) => JSON.parse(fs.readFileSync(file, 'utf8')).strings,
  );
  const payloads = ['PAYLOADTEXT', btoa('export const held').slice(0, 20), 'QUERYTEXT'];
  for (const payload of payloads) {
    assert.ok(
      before.some((text) => text.includes(payload)),
      `${payload} is not even in the original`,
    );
    assert.deepEqual(
      after.filter((text) => text.includes(payload)),
      [],
    );
  }
  for (const name of [
    'data:text/javascript,‹redacted ',
    'data:text/javascript;‹redacted ',
    'a-module.mjs?‹redacted ',
  ]) {
    assert.ok(
      after.some((text) => text.includes(name)),
      name,
    );
  }
});

it('a copy has the numbers of its original, whoever wrote it', async () => {
  const files = [
    ...['chromium-156.0.8078.79', 'deno-2.9.6-v8', 'bun-1.4.5-v8', 'node-12.22.12-inspector-old'].map((name) =>
      path.join(CORPUS, `${name}.heapsnapshot.gz`),
    ),
    path.join(GOLDEN, 'n20-plain.heapsnapshot.gz'),
    path.join(GOLDEN, 'n26.heaptimeline.gz'),
  ];
  for (const file of files) {
    const copy = inFolder('copy.zst');
    await redactSnapshot(file, copy, { key: KEY });
    const [original, redacted] = [await openSnapshot(file), await openSnapshot(copy)];
    const classes = async (snapshot) =>
      (await snapshot.summary({ limit: 100 })).classes.map(({ key, ...row }) => ({
        key: key.replace(/<div.*/, ''),
        ...row,
      }));
    assert.deepEqual(await redacted.statistics(), await original.statistics(), file);
    assert.deepEqual(await classes(redacted), await classes(original), file);
    assert.deepEqual(
      (await redacted.allocations()).functions.slice(0, 50),
      (await original.allocations()).functions.slice(0, 50),
      file,
    );
    const { nodeCount, stringCount, totalSize, maxObjectId, compression } = redacted.info;
    assert.deepEqual(
      { nodeCount, stringCount, totalSize, maxObjectId },
      Object.fromEntries(
        ['nodeCount', 'stringCount', 'totalSize', 'maxObjectId'].map((name) => [name, original.info[name]]),
      ),
    );
    assert.equal(compression, 'zstd');
    await Promise.all([original.close(), redacted.close()]);
    fs.rmSync(copy);
  }
});

it('copies of strings stay copies, and one key makes them equal in two files', async () => {
  const copies = [];
  for (const name of ['growth-before', 'growth-after']) {
    const copy = inFolder(`${name}.zst`);
    await redactSnapshot(path.join(GOLDEN, `${name}.heapsnapshot.gz`), copy, { key: KEY });
    copies.push(copy);
  }
  const [plain, redacted] = [
    await openSnapshot(path.join(GOLDEN, 'growth-after.heapsnapshot.gz')),
    await openSnapshot(copies[1]),
  ];
  const groups = async (snapshot) =>
    (await snapshot.duplicateStrings({ limit: 200 })).map(({ value, ...group }) => group);
  assert.deepEqual(await groups(redacted), await groups(plain));
  await Promise.all([plain.close(), redacted.close()]);
  const [diff, expected] = [
    await diffSnapshots(copies[0], copies[1]),
    await diffSnapshots(...['before', 'after'].map((name) => path.join(GOLDEN, `growth-${name}.heapsnapshot.gz`))),
  ];
  assert.deepEqual(diff.classes, expected.classes);
});

it('other orders of sections are redacted too, from a file', async () => {
  for (const name of ['strings-first', 'snapshot-last', 'pretty', 'fields-reordered', 'edge-count-zero']) {
    const file = path.join(CORPUS, 'handmade', `${name}.heapsnapshot`);
    await redactSnapshot(file, inFolder(name));
    const [original, copy] = [file, inFolder(name)].map((it) => JSON.parse(fs.readFileSync(it, 'utf8')));
    assert.deepEqual(copy.nodes, original.nodes);
    assert.equal(copy.strings.length, original.strings.length);
  }
  const stream = fs.createReadStream(path.join(CORPUS, 'handmade', 'strings-first.heapsnapshot'));
  await assert.rejects(redactSnapshot(stream, inFolder('stream')), { code: 'HEAPHOUND_ERR_ORDER', table: 'strings' });
  assert.ok(!fs.existsSync(inFolder('stream')));
});

it('a copy is private, replaces nothing, and is whole or not there', async () => {
  const file = path.join(CORPUS, 'handmade', 'min5.heapsnapshot');
  const copy = inFolder('min5.gz');
  const result = await redactSnapshot(fs.createReadStream(file), copy);
  assert.equal(result.compression, 'gzip');
  assert.equal(fs.statSync(copy).size, result.storedBytes);
  assert.equal(fs.statSync(copy).mode & 0o777, 0o600);
  await assert.rejects(
    redactSnapshot(file, copy),
    (error) => error.code === 'HEAPHOUND_ERR_EXISTS' && error.file === undefined,
  );
  await assert.rejects(redactSnapshot(file, inFolder('none/x')), { code: 'HEAPHOUND_ERR_IO' });
  for (const bad of [
    'bad-truncated-in-strings',
    'bad-truncated-in-edges',
    'bad-not-json',
    'bad-partial-row',
    'bad-float',
  ]) {
    const damaged = path.join(CORPUS, 'handmade', `${bad}.heapsnapshot`);
    await assert.rejects(
      redactSnapshot(damaged, inFolder('bad')),
      (error) => /^HEAPHOUND_ERR_(TRUNCATED|FORMAT|FOREIGN)$/.test(error.code) && error.file === damaged,
      bad,
    );
    assert.ok(!fs.existsSync(inFolder('bad')), bad);
  }
  const reason = new Error('changed my mind');
  await assert.rejects(redactSnapshot(file, inFolder('aborted'), { signal: AbortSignal.abort(reason) }), reason);
  for (const options of [{ key: 'short' }, { key: 7 }, { compression: 'xz' }, { keys: KEY }]) {
    await assert.rejects(redactSnapshot(file, inFolder('bad'), options), { code: 'HEAPHOUND_ERR_OPTION' });
  }
  await assert.rejects(redactSnapshot(file, ''), { code: 'HEAPHOUND_ERR_OPTION' });
});

it('the command line says what it did, and what is wrong', () => {
  const redact = (...args) => spawnSync(process.execPath, [MAIN, 'redact', ...args], { encoding: 'utf8' });
  const file = path.join(GOLDEN, 'n20-plain.heapsnapshot.gz');
  const key = inFolder('key');
  fs.writeFileSync(key, KEY);
  const made = ['one.zst', 'two.zst', 'three.zst'].map((name, position) =>
    redact(file, inFolder(name), ...(position < 2 ? ['--key-file', key] : [])),
  );
  for (const { status, stdout, stderr } of made) {
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /\.zst: [\d.]+ .B, [\d,]+ of [\d,]+ texts replaced\n$/);
  }
  const [one, two, three] = ['one.zst', 'two.zst', 'three.zst'].map((name) => fs.readFileSync(inFolder(name)));
  assert.ok(one.equals(two) && !one.equals(three), 'the key decides');
  const again = redact(file, inFolder('one.zst'));
  assert.equal(again.status, 3);
  assert.match(again.stderr, /^error HEAPHOUND_ERR_EXISTS: .*one\.zst exists already/);
  assert.equal(redact(file).status, 2);
  assert.equal(redact(file, inFolder('x'), '--limit', '5').status, 2);
  assert.equal(redact(file, inFolder('x'), '--key-file', inFolder('missing')).status, 2);
});
