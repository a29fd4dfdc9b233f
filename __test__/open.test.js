'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Readable } = require('node:stream');
const { test } = require('node:test');
const { pathToFileURL } = require('node:url');
const { Worker } = require('node:worker_threads');
const zlib = require('node:zlib');
const { openSnapshot } = require('..');

const GZIPPED = path.join(__dirname, 'fixtures', 'golden', 'n24-plain.heapsnapshot.gz');
const compressed = fs.readFileSync(GZIPPED);
const plain = zlib.gunzipSync(compressed);

/** What does not depend on how the bytes came. */
async function facts(source, options) {
  const snapshot = await openSnapshot(source, options);
  const { file, takenAt, takenAtFrom, rawBytes, storedBytes, compression, ...info } = snapshot.info;
  await snapshot.close();
  return info;
}

/** Pieces of odd sizes, so that a field of the file is cut anywhere. */
function* pieces(bytes, size) {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

test('every kind of source gives the same snapshot', async () => {
  const expected = await facts(GZIPPED);
  assert.equal(expected.nodeCount, 59373);
  const sources = {
    'a file: URL': pathToFileURL(GZIPPED),
    'a relative path': path.relative(process.cwd(), GZIPPED),
    'a Buffer': plain,
    'a compressed Buffer': compressed,
    'a Uint8Array': new Uint8Array(plain),
    'a file stream': fs.createReadStream(GZIPPED),
    'a stream of odd pieces': Readable.from(pieces(plain, 65_521)),
    'a stream of texts': Readable.from([plain.toString('utf8')]),
    'a decompressing stream': fs.createReadStream(GZIPPED).pipe(zlib.createGunzip()),
  };
  if (zlib.zstdCompressSync) sources['zstd'] = zlib.zstdCompressSync(plain);
  for (const [name, source] of Object.entries(sources)) assert.deepEqual(await facts(source), expected, name);
  assert.deepEqual(await facts(GZIPPED, { threads: 1 }), expected, 'one thread');
});

test('a count of 0 in the header is unknown: numbers are those of the file with its counts filled in', async () => {
  for (const name of ['hermes-counts-zero.heapsnapshot.gz', 'handmade/edge-count-zero.heapsnapshot']) {
    const bytes = fs.readFileSync(path.join(__dirname, 'fixtures', 'corpus', name));
    const document = JSON.parse(name.endsWith('.gz') ? zlib.gunzipSync(bytes) : bytes);
    const { meta } = document.snapshot;
    document.snapshot.node_count = document.nodes.length / meta.node_fields.length;
    document.snapshot.edge_count = document.edges.length / meta.edge_fields.length;
    const answers = [];
    for (const source of [bytes, Buffer.from(JSON.stringify(document))]) {
      const snapshot = await openSnapshot(source);
      const { nodeCount, edgeCount, totalSize, unreachableCount } = snapshot.info;
      answers.push({
        nodeCount,
        edgeCount,
        totalSize,
        unreachableCount,
        ...(await snapshot.summary()),
        snapshot: undefined,
      });
      await snapshot.close();
    }
    assert.deepEqual(answers[0], answers[1], name);
    assert.equal(answers[0].nodeCount, document.snapshot.node_count, name);
    assert.equal(answers[0].edgeCount, document.snapshot.edge_count, name);
  }
});

test('info tells when the snapshot was taken', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-taken-'));
  const takenAt = async (source) => {
    const snapshot = await openSnapshot(source);
    await snapshot.close();
    return snapshot.info.takenAt;
  };
  try {
    const named = path.join(folder, 'Heap.20261127.203015.1234.0.001.heapsnapshot.gz');
    const other = path.join(folder, 'other.heapsnapshot.gz');
    for (const file of [named, other]) {
      fs.copyFileSync(GZIPPED, file);
      fs.utimesSync(file, 1_700_000_000, 1_700_000_000);
    }
    assert.equal(await takenAt(other), '2023-11-14T22:13:20.000Z');
    assert.equal(await takenAt(named), new Date(2026, 10, 27, 20, 30, 15).toISOString());
    fs.writeFileSync(`${named}.json`, JSON.stringify({ startedAt: '2026-11-27T01:02:03.004Z' }));
    assert.equal(await takenAt(named), '2026-11-27T01:02:03.004Z');
    fs.writeFileSync(`${named}.json`, JSON.stringify({ startedAt: 'yesterday' }));
    assert.equal(await takenAt(named), new Date(2026, 10, 27, 20, 30, 15).toISOString());
    assert.equal(await takenAt(plain), undefined);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('info tells how the snapshot was stored', async () => {
  const snapshot = await openSnapshot(GZIPPED);
  assert.equal(snapshot.info.file, GZIPPED);
  assert.equal(snapshot.info.compression, 'gzip');
  assert.equal(snapshot.info.storedBytes, compressed.length);
  assert.equal(snapshot.info.rawBytes, plain.length);
  assert.equal(snapshot.info.totalSize, 6207775);
  assert.equal(Object.isFrozen(snapshot.info), true);
  await snapshot.close();
});

test('strict parity has the numbers of DevTools, and the document says so', async () => {
  const snapshot = await openSnapshot(GZIPPED, { parity: 'devtools' });
  assert.equal(snapshot.info.parity, 'devtools');
  assert.equal((await snapshot.statistics()).total, 6207775);
  await snapshot.close();
});

test('a kind of node beyond the list of the file has its number, in strict parity the name that DevTools gives', async () => {
  const file = path.join(__dirname, 'fixtures', 'corpus', 'node-8.17.0-inspector-old.heapsnapshot.gz');
  for (const [parity, name] of [
    [undefined, '(unknown(12))'],
    ['devtools', '(undefined)'],
  ]) {
    const snapshot = await openSnapshot(file, { parity });
    const { classes } = await snapshot.summary({ filter: undefined, limit: 10_000 });
    assert.deepEqual(
      classes.map((row) => row.name).filter((name) => /undefined|unknown/.test(name)),
      [name],
    );
    await snapshot.close();
  }
});

test('the error of a stream rejects, and the stream is destroyed', async () => {
  const own = new Error('the disk is gone');
  const stream = new Readable({ read() {} });
  stream.push(plain.subarray(0, 100_000));
  const opening = openSnapshot(stream);
  stream.destroy(own);
  await assert.rejects(opening, own);
});

test('a stream that is cut is an error, and so is one of objects', async () => {
  await assert.rejects(openSnapshot(Readable.from(pieces(plain.subarray(0, 1_000_000), 10_000))), {
    code: 'HEAPHOUND_ERR_TRUNCATED',
  });
  await assert.rejects(openSnapshot(Readable.from([{ a: 1 }])), { code: 'HEAPHOUND_ERR_OPTION' });
  const closed = new Readable({ read() {} });
  closed.push(plain.subarray(0, 100_000));
  setImmediate(() => closed.destroy());
  await assert.rejects(openSnapshot(closed), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
});

test('a stream is destroyed when its bytes are no snapshot', async () => {
  const endless = new Readable({
    read() {
      this.push(Buffer.alloc(1 << 16, 'x'));
    },
  });
  await assert.rejects(openSnapshot(endless), { code: 'HEAPHOUND_ERR_FOREIGN' });
  assert.equal(endless.destroyed, true);
});

test('progress is reported by stage', async () => {
  const stages = new Set();
  // The stream holds back its end until the first progress was told.
  let told;
  const first = new Promise((resolve) => (told = resolve));
  async function* slow() {
    yield* pieces(plain, 1 << 20);
    await first;
  }
  const snapshot = await openSnapshot(Readable.from(slow()), {
    onProgress: (progress) => {
      stages.add(progress.stage);
      assert.equal(progress.snapshot, 0);
      assert.equal(typeof progress.done, 'number');
      told();
    },
  });
  assert.ok(stages.has('reading'), [...stages].join());
  await snapshot.close();
});

test('works in a worker, and a worker that is terminated stops its jobs', async () => {
  const run = (code) =>
    new Worker(code, { eval: true, workerData: { file: GZIPPED, root: path.join(__dirname, '..') } });
  const worker = run(`
    const { parentPort, workerData } = require('node:worker_threads');
    const { openSnapshot } = require(workerData.root);
    openSnapshot(workerData.file).then((snapshot) => parentPort.postMessage(snapshot.info.nodeCount));
  `);
  const count = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  assert.equal(count, 59373);
  await worker.terminate();
  for (let turn = 0; turn < 5; turn++) {
    const cut = run(`
      const { parentPort, workerData } = require('node:worker_threads');
      const { openSnapshot } = require(workerData.root);
      openSnapshot(workerData.file);
      parentPort.postMessage('started');
    `);
    await new Promise((resolve, reject) => cut.once('message', resolve).once('error', reject));
    await cut.terminate();
  }
});
