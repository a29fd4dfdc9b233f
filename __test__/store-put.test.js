'use strict';

// Stores that only take: presigned URLs, and places of the user's own.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { PassThrough, Readable } = require('node:stream');
const { buffer } = require('node:stream/consumers');
const { pipeline } = require('node:stream/promises');
const { test } = require('node:test');
const { PutObjectCommand } = require('@aws-sdk/client-s3');
const { getSignedUrl } = require('@aws-sdk/s3-request-presigner');
const { captureSnapshot, openSnapshot, openStore } = require('..');
const { serve } = require('./helpers/answering-server');
const { BUCKET, clientOf, startS3rver } = require('./helpers/s3-server');

// Where snapshots wait: other tests run beside this one.
process.env.TMPDIR = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-put-'));
process.on('exit', () => fs.rmSync(process.env.TMPDIR, { recursive: true, force: true }));

const SECRET = 'c0ffee';
const capture = (target) => captureSnapshot({ ...target, queue: true });

/** A capture of this process, and all of its bytes. */
let held;
/**
 * The bytes of one capture again, for stores that refuse what they get, whatever it is.
 *
 * @param {{ stream: import('node:stream').Writable } | { path: string }} target
 */
async function captureAgain(target) {
  held ??= (async () => {
    const through = new PassThrough();
    const [result, bytes] = await Promise.all([
      capture({ stream: through, compression: 'zstd' }).then((taken) => (through.end(), taken)),
      buffer(through),
    ]);
    return { result, bytes };
  })();
  const { result, bytes } = await held;
  if (target.path) fs.writeFileSync(target.path, bytes, { mode: 0o600, flag: 'wx' });
  else await pipeline(Readable.from([bytes]), target.stream, { end: false });
  return { ...result, startedAt: new Date().toISOString() };
}
const spools = () =>
  fs.readdirSync(os.tmpdir()).filter((name) => fs.existsSync(path.join(os.tmpdir(), name, 'snapshot')));

async function signedUrl(t, answer) {
  return `${await serve(t, answer)}/heaps/a?X-Amz-Signature=${SECRET}`;
}

test('signed URLs of a real server take snapshot, sidecar and report', async (t) => {
  const s3 = await startS3rver(t);
  const client = clientOf(s3);
  t.after(() => client.destroy());
  const asked = [];
  const urls = async (object) => {
    asked.push(object);
    const { key: Key, contentType: ContentType } = object;
    return getSignedUrl(client, new PutObjectCommand({ Bucket: BUCKET, Key, ContentType }), { expiresIn: 60 });
  };
  for (const memoryBytes of [undefined, 100e6]) {
    asked.length = 0;
    const store = await openStore({ presigned: { urls, memoryBytes } });
    const stored = await store.capture(capture, { tags: ['a'] });
    await store.putReport(stored.id, { leaks: [] });
    assert.deepEqual(
      asked.map(({ object }) => object),
      ['snapshot', 'sidecar', 'report'],
    );
    assert.deepEqual([asked[0].contentLength, asked[0].sha256], [stored.storedBytes, stored.sha256]);
    assert.ok(!stored.location.includes('Signature'));
    assert.deepEqual(await store.list(), [stored]);
    await assert.rejects(store.source(stored.id), { code: 'HEAPHOUND_ERR_WRITE_ONLY' });
    const reader = await openStore({ s3 });
    assert.deepEqual((await reader.get(stored.id)).sha256, stored.sha256, 'the same layout as in a bucket of our own');
    const snapshot = await openSnapshot(await reader.source(stored.id));
    assert.equal(snapshot.info.nodeCount, stored.nodeCount);
    for (const closable of [snapshot, reader, store]) await closable.close();
  }
  assert.deepEqual(spools(), []);
});

test('a length is sent, headers go along, and a single URL is used once', async (t) => {
  const seen = [];
  const url = await signedUrl(t, async (request, response) => {
    seen.push({ headers: request.headers, bytes: await buffer(request) });
    response.end();
  });
  const store = await openStore({ presigned: { url, headers: { 'x-ms-blob-type': 'BlockBlob' } } });
  const stored = await store.capture(capture);
  const [{ headers, bytes }] = seen;
  assert.equal(headers['content-length'], String(stored.storedBytes));
  assert.equal(headers['transfer-encoding'], undefined);
  assert.equal(headers['x-ms-blob-type'], 'BlockBlob');
  assert.equal(createHash('sha256').update(bytes).digest('hex'), stored.sha256);
  await assert.rejects(store.capture(captureAgain), { code: 'HEAPHOUND_ERR_STORE', message: /urls/ });
  await store.close();
});

test('the URL is a secret: no error has more of it than host and path', async (t) => {
  let status = 403;
  const url = await signedUrl(t, (request, response) => {
    if (status === 0) return request.socket.destroy();
    request
      .resume()
      .on('end', () =>
        response.writeHead(status, { location: `http://127.0.0.1:1/?${SECRET}` }).end(`<Error>${SECRET}</Error>`),
      );
  });
  const told = (error) =>
    [error.message, error.stack, JSON.stringify(error, Object.getOwnPropertyNames(error)), String(error.cause)].join();
  const failing = async (presigned, code) => {
    const store = await openStore({ presigned });
    await assert.rejects(store.capture(captureAgain), (error) => {
      assert.equal(error.code, code);
      assert.ok(!told(error).includes(SECRET), told(error));
      return true;
    });
    await store.close();
  };
  await failing({ url }, 'HEAPHOUND_ERR_STORE_ACCESS');
  status = 500;
  await failing({ url }, 'HEAPHOUND_ERR_STORE');
  status = 302;
  await failing({ url }, 'HEAPHOUND_ERR_STORE');
  status = 0;
  await failing({ url }, 'HEAPHOUND_ERR_STORE');
  await failing(
    {
      urls: () => {
        throw new Error(SECRET);
      },
    },
    'HEAPHOUND_ERR_STORE',
  );
  await failing({ urls: () => `ftp://host/${SECRET}` }, 'HEAPHOUND_ERR_OPTION');
  await failing({ urls: () => undefined }, 'HEAPHOUND_ERR_STORE');
  for (const presigned of [
    {},
    { url, urls: () => url },
    { url: `nonsense ${SECRET}` },
    { url: `http://user:${SECRET}@host/` },
    { url, headers: { 'a b': 'c' } },
  ]) {
    await assert.rejects(
      openStore({ presigned }),
      (error) => error.code === 'HEAPHOUND_ERR_OPTION' && !told(error).includes(SECRET),
    );
  }
  assert.deepEqual(spools(), []);
});

test('an upload ends by signal, by time and by what memory may hold', async (t) => {
  const url = await signedUrl(t, () => {});
  const control = new AbortController();
  const aborted = await openStore({
    presigned: {
      urls: () => {
        setImmediate(() => control.abort(new Error('enough')));
        return url;
      },
    },
  });
  await assert.rejects(aborted.capture(captureAgain, {}, { signal: control.signal }), /enough/);
  const slow = await openStore({ presigned: { url, timeoutMs: 50 } });
  await assert.rejects(slow.capture(captureAgain), { code: 'HEAPHOUND_ERR_STORE', message: /timeoutMs/ });
  const small = await openStore({ presigned: { url, memoryBytes: 1000 } });
  await assert.rejects(small.capture(captureAgain), { code: 'HEAPHOUND_ERR_MAX_BYTES' });
  assert.deepEqual(spools(), []);
});

test("a place of the user's own", async () => {
  class Shelf {
    objects = new Map();
    async put(stream, meta) {
      this.objects.set(meta.key, await buffer(stream));
      return { location: `shelf:${meta.key}` };
    }
    async source({ location }) {
      return Readable.from([this.objects.get(location.slice('shelf:'.length))], { objectMode: false });
    }
    async delete({ location }) {
      this.objects.delete(location.slice('shelf:'.length));
    }
  }
  const shelf = new Shelf();
  const store = await openStore(shelf);
  assert.deepEqual([store.kind, store.canRead], ['custom', true]);
  const stored = await store.capture(capture, { reason: 'why' });
  const [snapshotKey, sidecarKey] = shelf.objects.keys();
  assert.equal(sidecarKey, `${snapshotKey}.json`, 'the sidecar comes last');
  assert.deepEqual(JSON.parse(shelf.objects.get(sidecarKey)), stored);
  const snapshot = await openSnapshot(await store.source(stored.id));
  assert.equal(snapshot.info.nodeCount, stored.nodeCount);
  await snapshot.close();
  await store.delete(stored.id);
  await assert.rejects(store.get(stored.id), { code: 'HEAPHOUND_ERR_NOT_STORED' });
  await store.close();

  const broken = await openStore({
    put: async (stream) => {
      stream.destroy();
    },
  });
  await assert.rejects(broken.capture(captureAgain), { code: 'HEAPHOUND_ERR_STORE' });
  const lazy = await openStore({ put: async () => {} });
  await assert.rejects(lazy.capture(captureAgain), { code: 'HEAPHOUND_ERR_STORE', message: /did not read/ });
  const failing = await openStore({
    put: async () => {
      throw new Error('shelf is full');
    },
  });
  await assert.rejects(failing.capture(captureAgain), { code: 'HEAPHOUND_ERR_STORE', message: /shelf is full/ });
});
