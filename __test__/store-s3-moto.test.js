'use strict';

// What s3rver does not know: conditional writes, encryption by the server, uploads that nobody ended. moto is there
// when .ci/run put it there.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { Readable } = require('node:stream');
const { test } = require('node:test');
const {
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} = require('@aws-sdk/client-s3');
const { captureSnapshot, openStore } = require('..');
const { BUCKET, startMoto } = require('./helpers/s3-server');
const { tool } = require('./helpers/tool');

const { skip } = tool('moto_server');
const root = path.join(__dirname, '..');
const capture = (target) => captureSnapshot({ ...target, queue: true });

async function begin(t, more) {
  const { client, ...s3 } = await startMoto(t);
  const store = await openStore({ s3: { ...s3, ...more } });
  t.after(() => store.close());
  return {
    client,
    s3,
    store,
    keys: async () =>
      ((await client.send(new ListObjectsV2Command({ Bucket: BUCKET }))).Contents ?? []).map(({ Key }) => Key),
    uploads: async () => (await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))).Uploads ?? [],
  };
}

/** Gives bytes until it is told to stop. */
const endless =
  (onBytes) =>
  async ({ stream }) => {
    let sent = 0;
    await pipeline(
      Readable.from(
        (function* () {
          for (;;) {
            yield Buffer.alloc(1 << 20, 7);
            onBytes((sent += 1 << 20));
          }
        })(),
      ),
      stream,
    );
  };

test('an object is never overwritten, and a lock is had by one', { skip }, async (t) => {
  const { client, s3, store, keys } = await begin(t, {});
  const plant = async (target) => {
    const [lock] = await keys();
    assert.equal(lock, undefined);
    return capture(target);
  };
  const stored = await store.capture(plant);
  const key = stored.location.slice(`s3://${BUCKET}/`.length);
  await assert.rejects(client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: 'x', IfNoneMatch: '*' })), {
    name: 'PreconditionFailed',
  });
  const other = await openStore({ s3 });
  t.after(() => other.close());
  const rivals = await Promise.all(
    Array.from({ length: 10 }, (_, at) => (at % 2 ? store : other).lock('watch', 600_000)),
  );
  assert.equal(rivals.filter(Boolean).length, 1);
  await rivals.find(Boolean)();
  const expired = await store.lock('watch', 1);
  await new Promise((resolve) => setTimeout(resolve, 2));
  const stolen = await Promise.all(Array.from({ length: 10 }, () => other.lock('watch', 600_000)));
  assert.equal(stolen.filter(Boolean).length, 1, 'one takes over from a holder whose time is over');
  await expired();
  assert.equal(await store.lock('watch', 600_000), undefined, 'who lost the lock does not release it');
});

test('encryption by the server is asked for, for all objects', { skip }, async (t) => {
  const { client, store, keys } = await begin(t, { serverSideEncryption: 'AES256' });
  const { id } = await store.capture(capture);
  await store.putReport(id, {});
  const all = await keys();
  assert.equal(all.length, 3);
  for (const Key of all) {
    const head = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
    assert.equal(head.ServerSideEncryption, 'AES256', Key);
  }
});

test('an upload that is aborted, or whose capture fails, leaves no parts', { skip }, async (t) => {
  const { store, keys, uploads } = await begin(t, { partSizeBytes: 5 << 20, queueSize: 2 });
  const control = new AbortController();
  await assert.rejects(
    store.capture(
      endless((sent) => {
        if (sent > 30 << 20) control.abort(new Error('enough'));
      }),
      {},
      { signal: control.signal },
    ),
    /enough/,
  );
  assert.deepEqual([await keys(), await uploads()], [[], []]);
  await assert.rejects(
    store.capture(
      endless((sent) => {
        if (sent > 30 << 20) throw new Error('V8 has had it');
      }),
    ),
    /V8 has had it/,
  );
  assert.deepEqual([await keys(), await uploads()], [[], []]);
  const closing = assert.rejects(
    store.capture(
      endless((sent) => {
        if (sent === 30 << 20) store.close();
      }),
    ),
    { code: 'HEAPHOUND_ERR_CLOSED' },
  );
  await closing;
  assert.deepEqual([await keys(), await uploads()], [[], []]);
});

test('a process that is killed in the middle leaves an upload that sweep tells and ends', { skip }, async (t) => {
  const { client, s3, store, keys, uploads } = await begin(t, {});
  const script = `
    require(${JSON.stringify(root)}).openStore({ s3: ${JSON.stringify({ ...s3, partSizeBytes: 5 << 20 })} }).then((store) => store.capture(async ({ stream }) => {
      for (;;) if (!stream.write(Buffer.alloc(1 << 20))) { process.stdout.write('.'); await new Promise((resolve) => stream.once('drain', resolve)); }
    }));`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.resume();
  while ((await uploads()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.deepEqual(await keys(), [], 'no object without all of its parts');
  assert.deepEqual(await store.list(), []);
  await client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: 'heaphound/node/of-somebody-else' }));
  const [left] = (await uploads()).filter(({ Key }) => Key.endsWith('.zst'));
  assert.deepEqual(await store.sweep(), { removed: [], unfinished: [] }, 'it may be under way');
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 2 * 3600 * 1000 });
  const answers = [await store.sweep()];
  t.mock.timers.setTime(Date.now() + 48 * 3600 * 1000);
  answers.push(await store.sweep());
  t.mock.timers.reset();
  assert.deepEqual(answers, [
    { removed: [], unfinished: [left.Key] },
    { removed: [left.Key], unfinished: [] },
  ]);
  assert.deepEqual(
    (await uploads()).map(({ Key }) => Key),
    ['heaphound/node/of-somebody-else'],
  );
});
