'use strict';

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const { PassThrough, Readable, Writable } = require('node:stream');
const { test } = require('node:test');
const zlib = require('node:zlib');
const { captureAndOpen, captureSnapshot, openSnapshot } = require('..');

class Marked {
  number = 1;
}
globalThis.marked = Array.from({ length: 321 }, () => new Marked());

/** A stream that takes little at a time, and late. */
function slow(taken) {
  return new Writable({
    highWaterMark: 1024,
    write(chunk, _encoding, done) {
      taken.push(chunk);
      setImmediate(done);
    },
  });
}

function descriptors() {
  return fs.existsSync('/proc/self/fd') ? fs.readdirSync('/proc/self/fd').length : 0;
}

test('a stream gets the whole snapshot, as fast as it takes it, and is ended', async () => {
  for (const compression of ['zstd', 'gzip', 'none']) {
    const taken = [];
    const stream = slow(taken);
    const result = await captureSnapshot({ stream, compression });
    assert.ok(stream.writableFinished);
    const stored = Buffer.concat(taken);
    assert.equal(stored.length, result.storedBytes);
    assert.equal(createHash('sha256').update(stored).digest('hex'), result.sha256);
    assert.equal(result.path, undefined);
    assert.equal(result.mode, 'inline');
    if (compression === 'gzip') assert.equal(zlib.gunzipSync(stored).length, result.rawBytes);
    const snapshot = await openSnapshot(Readable.from([stored]));
    assert.equal(snapshot.info.nodeCount, result.nodeCount);
    await snapshot.close();
  }
});

test('gzip of several threads is read by DecompressionStream', async () => {
  const through = new PassThrough();
  const capturing = captureSnapshot({ stream: through, compression: 'gzip' });
  const unpacked = Readable.toWeb(through).pipeThrough(new DecompressionStream('gzip'));
  let bytes = 0;
  for await (const chunk of unpacked) bytes += chunk.length;
  assert.equal(bytes, (await capturing).rawBytes);
});

test('a stream that fails ends the capture, and the next one works', async () => {
  await failEveryWay();
  const before = descriptors();
  await failEveryWay();
  await captureSnapshot({ stream: slow([]) });
  assert.equal(descriptors(), before);
});

async function failEveryWay() {
  const cause = new Error('the other side went away');
  const failing = new Writable({ write: (_chunk, _encoding, done) => done(cause) });
  failing.on('error', () => {});
  await assert.rejects(captureSnapshot({ stream: failing }), (error) => error.code === 'HEAPHOUND_ERR_STREAM' && error.cause === cause);
  const closed = new Writable({ write() { this.destroy(); } });
  await assert.rejects(captureSnapshot({ stream: closed }), { code: 'HEAPHOUND_ERR_STREAM' });
  const ended = slow([]);
  ended.end();
  await assert.rejects(captureSnapshot({ stream: ended }), { code: 'HEAPHOUND_ERR_STREAM' });
  const reason = new Error('changed my mind');
  const controller = new AbortController();
  const stuck = new Writable({ write: () => controller.abort(reason) });
  await assert.rejects(captureSnapshot({ stream: stuck, signal: controller.signal }), reason);
  assert.ok(stuck.destroyed);
  for (const options of [{ stream: {} }, { stream: slow([]), path: 'a' }, { stream: slow([]), mode: 'fork' }, { stream: new Writable({ objectMode: true }) }]) {
    await assert.rejects(captureSnapshot(options), { code: 'HEAPHOUND_ERR_OPTION' });
  }
}

test('a capture that fails destroys the stream, which got nothing', async () => {
  const taken = [];
  const limited = slow(taken);
  await assert.rejects(captureSnapshot({ stream: limited, maxBytes: 1000 }), { code: 'HEAPHOUND_ERR_MAX_BYTES' });
  assert.ok(limited.destroyed);
  assert.deepEqual(taken, []);
});

test('a capture opens without a file', async () => {
  const first = await captureAndOpen({ keepIds: true });
  const { classes } = await first.summary();
  assert.equal(classes.find((row) => row.name === 'Marked').count, 321);
  assert.equal(first.info.file, undefined);
  const second = await captureAndOpen({ redact: 'strings' });
  assert.equal(second.info.idSpace, first.info.idSpace);
  assert.ok((await second.duplicateStrings()).some(({ value }) => value.startsWith('‹redacted ')));
  await Promise.all([first.close(), second.close()]);
});

test('a capture that cannot be opened fails as a capture does', async () => {
  await assert.rejects(captureAndOpen({ maxMemoryBytes: 1 }), { code: 'HEAPHOUND_ERR_NO_HEADROOM' });
  await assert.rejects(captureAndOpen({ path: 'a' }), { code: 'HEAPHOUND_ERR_OPTION' });
  const reason = new Error('changed my mind');
  const controller = new AbortController();
  const running = captureAndOpen({ signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(running, reason);
  const snapshot = await captureAndOpen();
  await snapshot.close();
});
