'use strict';

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const { PassThrough, Readable, Writable } = require('node:stream');
const { test } = require('node:test');
const zlib = require('node:zlib');
const { captureAndOpen, captureSnapshot, openSnapshot } = require('..');
const { captureByFork, whyNoFork } = require('../lib/capture/fork');
const { addon, run } = require('../lib/native');

const MODES = whyNoFork() === undefined ? ['inline', 'fork'] : ['inline'];

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

for (const mode of MODES)
  test(`a stream gets the whole snapshot, as fast as it takes it, and is ended: ${mode}`, async () => {
    for (const compression of ['zstd', 'gzip', 'none']) {
      const taken = [];
      const stream = slow(taken);
      const result = await captureSnapshot({ stream, compression, mode });
      assert.ok(stream.writableFinished);
      const stored = Buffer.concat(taken);
      assert.equal(stored.length, result.storedBytes);
      assert.equal(createHash('sha256').update(stored).digest('hex'), result.sha256);
      assert.equal(result.path, undefined);
      assert.equal(result.mode, mode);
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
  for (const mode of MODES) await failEveryWay(mode);
  const before = descriptors();
  for (const mode of MODES) {
    await failEveryWay(mode);
    await captureSnapshot({ stream: slow([]), mode });
  }
  assert.equal(descriptors(), before);
});

async function failEveryWay(mode) {
  const cause = new Error('the other side went away');
  const failing = new Writable({ write: (_chunk, _encoding, done) => done(cause) });
  failing.on('error', () => {});
  await assert.rejects(
    captureSnapshot({ stream: failing, mode }),
    (error) => error.code === 'HEAPHOUND_ERR_STREAM' && error.cause === cause,
  );
  const closed = new Writable({
    write() {
      this.destroy();
    },
  });
  await assert.rejects(captureSnapshot({ stream: closed, mode }), { code: 'HEAPHOUND_ERR_STREAM' });
  const ended = slow([]);
  ended.end();
  await assert.rejects(captureSnapshot({ stream: ended, mode }), { code: 'HEAPHOUND_ERR_STREAM' });
  const reason = new Error('changed my mind');
  const controller = new AbortController();
  const stuck = new Writable({ write: () => controller.abort(reason) });
  await assert.rejects(captureSnapshot({ stream: stuck, mode, signal: controller.signal }), reason);
  assert.ok(stuck.destroyed);
  for (const options of [
    { stream: {} },
    { stream: slow([]), path: 'a' },
    { stream: new Writable({ objectMode: true }) },
  ]) {
    await assert.rejects(captureSnapshot(options), { code: 'HEAPHOUND_ERR_OPTION' });
  }
}

test('a capture that fails destroys the stream and does not end it', async () => {
  for (const mode of MODES) {
    const taken = [];
    const limited = slow(taken);
    await assert.rejects(captureSnapshot({ stream: limited, mode, maxBytes: 1000 }), {
      code: 'HEAPHOUND_ERR_MAX_BYTES',
    });
    assert.ok(limited.destroyed && !limited.writableFinished);
    if (mode === 'inline') assert.deepEqual(taken, []);
  }
});

test(
  'a copy that is killed while the stream takes is an error, and a slow stream is none',
  { skip: MODES.length === 1 && whyNoFork() },
  async () => {
    const children = () =>
      fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    // Enough for the pipe and everything on the way to be full.
    const ballast = Array.from({ length: 60_000 }, (_, index) => ({ index, text: `ballast ${index}` }));
    for (const isKilled of [true, false]) {
      let bytes = 0;
      const stream = new Writable({
        write(chunk, _encoding, done) {
          const isFirst = bytes === 0;
          bytes += chunk.length;
          if (!isFirst) return done();
          const [copy] = children();
          if (isKilled) process.kill(copy, 'SIGKILL');
          setTimeout(done, 100);
        },
      });
      const capturing = captureSnapshot({ stream, mode: 'fork', compression: 'none' });
      if (isKilled) {
        await assert.rejects(capturing, { code: 'HEAPHOUND_ERR_KILLED' });
        assert.ok(stream.destroyed && !stream.writableFinished && bytes > 0);
      } else {
        assert.equal((await capturing).storedBytes, bytes);
      }
      assert.deepEqual(children(), []);
    }
    assert.equal(ballast.length, 60_000);
  },
);

test(
  'a copy that fails after its first byte is not replaced',
  { skip: MODES.length === 1 && whyNoFork() },
  async () => {
    const outlet = new addon.Outlet();
    const options = { target: outlet, compression: 'none', heap: {}, stalledMs: 300 };
    const capturing = captureByFork(options);
    const failed = assert.rejects(
      capturing,
      (error) => error.code === 'HEAPHOUND_ERR_CAPTURE' && /after \d+ bytes had gone out/.test(error.message),
    );
    const first = await run({}, (control) => outlet.next(control));
    const [copy] = fs
      .readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number);
    process.kill(copy, 'SIGSTOP');
    assert.ok(first.length > 0);
    await assert.rejects(empty(outlet), { code: 'HEAPHOUND_ERR_IO' });
    outlet.close();
    await failed;
  },
);

async function empty(outlet) {
  while ((await run({}, (control) => outlet.next(control))) !== null);
}

test('a copy opens without a file', { skip: MODES.length === 1 && whyNoFork() }, async () => {
  const [first, second] = [await captureAndOpen(), await captureAndOpen({ mode: 'fork', redact: 'strings' })];
  const { classes } = await first.summary();
  assert.equal(classes.find((row) => row.name === 'Marked').count, 321);
  assert.notEqual(second.info.idSpace, first.info.idSpace);
  assert.ok((await second.duplicateStrings()).some(({ value }) => value.startsWith('‹redacted ')));
  await Promise.all([first.close(), second.close()]);
});

test('a capture in the process opens without a file, and ids go on', async () => {
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
