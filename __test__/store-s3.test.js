'use strict';

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { text } = require('node:stream/consumers');
const { pipeline } = require('node:stream/promises');
const { Readable } = require('node:stream');
const { test } = require('node:test');
const { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand } = require('@aws-sdk/client-s3');
const { captureSnapshot, openSnapshot, openStore } = require('..');
const { serve } = require('./helpers/answering-server');
const { BUCKET, clientOf, startS3rver } = require('./helpers/s3-server');

const root = path.join(__dirname, '..');
const capture = (target) => captureSnapshot({ ...target, queue: true });

/** As long as a snapshot of some size, without one: bytes that do not compress, in V8's place. */
const bytesOf =
  (count, onChunk = () => {}) =>
  async ({ stream }) => {
    const hash = createHash('sha256');
    const chunk = Buffer.alloc(64 << 10, 7);
    await pipeline(
      Readable.from(
        (function* () {
          for (let sent = 0; sent < count; sent += chunk.length) {
            onChunk(sent);
            hash.update(chunk);
            yield chunk;
          }
        })(),
      ),
      stream,
    );
    return {
      mode: 'inline',
      rawBytes: count,
      storedBytes: count,
      sha256: hash.digest('hex'),
      startedAt: new Date().toISOString(),
    };
  };

async function open(t, s3) {
  const store = await openStore({ s3 });
  t.after(() => store.close());
  return store;
}

/** Options for a server that answers as told. */
async function answering(t, answer) {
  process.env.AWS_ACCESS_KEY_ID = 'A';
  process.env.AWS_SECRET_ACCESS_KEY = 'B';
  return {
    bucket: BUCKET,
    endpoint: await serve(t, answer),
    forcePathStyle: true,
    region: 'eu-central-1',
    maxAttempts: 2,
  };
}

test('a snapshot goes into the bucket without a file, its sidecar last, and comes back', async (t) => {
  const s3 = await startS3rver(t);
  const client = clientOf(s3);
  t.after(() => client.destroy());
  const store = await open(t, { ...s3, service: 'shop' });
  const hostile = 'x\r\nx-amz-acl: public-read "</script> ü \u{1f4a3}';
  const stored = await store.capture(capture, { trigger: 'watch', reason: hostile, tags: ['eu-1'] });
  const keys = (await client.send(new ListObjectsV2Command({ Bucket: BUCKET }))).Contents.map(({ Key }) => Key).sort();
  const key = stored.location.slice(`s3://${BUCKET}/`.length);
  assert.match(
    key,
    /^heaphound\/shop\/\d{4}\/\d\d\/\d\d\/\d{8}T\d{9}Z-[A-Za-z0-9._-]+-\d+-0-[0-9a-f]{32}\.heapsnapshot\.zst$/,
  );
  assert.deepEqual(keys, [key, `${key}.json`]);
  const head = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }));
  assert.equal(head.ContentType, 'application/zstd');
  assert.equal(head.ContentEncoding, undefined);
  assert.equal(head.ContentLength, stored.storedBytes);
  assert.equal(head.Metadata['heaphound-id'], stored.id);
  const sidecar = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: `${key}.json` }));
  assert.equal(sidecar.Metadata['heaphound-sha256'], stored.sha256);
  assert.deepEqual(JSON.parse(await text(sidecar.Body)), stored);

  const other = await open(t, { ...s3, service: 'shop' });
  assert.deepEqual(await other.list(), [stored]);
  assert.equal((await other.get(stored.id)).reason, hostile);
  const snapshot = await openSnapshot(await other.source(stored.id));
  assert.equal(snapshot.info.nodeCount, stored.nodeCount);
  await snapshot.close();
  await store.putReport(stored.id, { leaks: [1] });
  assert.deepEqual(await other.report(stored.id), { leaks: [1] });

  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: 'something else' }));
  await assert.rejects(openSnapshot(await other.source(stored.id)), { code: /HEAPHOUND_ERR_(STORE|FOREIGN)/ });
  await assert.rejects(
    async () => {
      for await (const _ of await other.source(stored.id));
    },
    { code: 'HEAPHOUND_ERR_STORE', message: /not the \d+ that were stored/ },
  );

  await other.delete(stored.id);
  assert.equal((await client.send(new ListObjectsV2Command({ Bucket: BUCKET }))).Contents, undefined);
  for (const call of ['get', 'source', 'delete', 'report'])
    await assert.rejects(store[call](stored.id), { code: 'HEAPHOUND_ERR_NOT_STORED' }, call);
});

test('parts: what is longer than one arrives whole, whatever checksums the server knows', async (t) => {
  const s3 = await startS3rver(t);
  for (const checksums of ['WHEN_SUPPORTED', 'WHEN_REQUIRED']) {
    const store = await open(t, { ...s3, checksums, partSizeBytes: 5 << 20, queueSize: 2 });
    const stored = await store.capture(bytesOf(17 << 20));
    const hash = createHash('sha256');
    for await (const chunk of await store.source(stored.id)) hash.update(chunk);
    assert.equal(hash.digest('hex'), stored.sha256);
  }
});

test('a lock in the bucket', async (t) => {
  const s3 = await startS3rver(t);
  const [one, two] = [await open(t, s3), await open(t, s3)];
  const release = await one.lock('watch', 600_000);
  assert.equal(await two.lock('watch', 600_000), undefined);
  await release();
  const again = await two.lock('watch', 1);
  assert.equal(typeof again, 'function');
  while (Date.now() === Date.now()) if (await one.lock('watch', 600_000)) break;
});

test('an upload that the server refuses has a code, and the capture ends', async (t) => {
  const s3 = await startS3rver(t);
  const missing = await open(t, { ...s3, bucket: 'elsewhere', maxAttempts: 1 });
  await assert.rejects(missing.capture(capture), { code: 'HEAPHOUND_ERR_STORE', message: /no bucket elsewhere/ });
  process.env.AWS_ACCESS_KEY_ID = 'UNKNOWN';
  const stranger = await open(t, { ...s3, maxAttempts: 1 });
  await assert.rejects(stranger.capture(bytesOf(17 << 20)), { code: 'HEAPHOUND_ERR_STORE_ACCESS' });
  for (const call of [() => stranger.list(), () => stranger.putReport('a'.repeat(32), 1)])
    await assert.rejects(call, { code: 'HEAPHOUND_ERR_STORE_ACCESS' });
  delete process.env.AWS_ACCESS_KEY_ID;
  const script = `require(${JSON.stringify(root)}).openStore({ s3: ${JSON.stringify(s3)} }).then((store) => store.list()).catch((error) => console.log(error.code));`;
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' };
  assert.equal(
    spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', env }).stdout.trim(),
    'HEAPHOUND_ERR_STORE_ACCESS',
    'no credentials at all',
  );
});

test('403 and storms of 500 end the capture after the attempts that were set', async (t) => {
  let requests = 0;
  let status = 403;
  const s3 = await answering(t, (request, response) => {
    requests += 1;
    request
      .resume()
      .on('end', () =>
        response
          .writeHead(status, { 'content-type': 'application/xml' })
          .end(`<Error><Code>${status === 403 ? 'AccessDenied' : 'InternalError'}</Code><Message>no</Message></Error>`),
      );
  });
  const store = await open(t, s3);
  await assert.rejects(store.capture(bytesOf(40 << 20)), { code: 'HEAPHOUND_ERR_STORE_ACCESS', status: 403 });
  assert.equal(requests, 1);
  status = 500;
  requests = 0;
  await assert.rejects(store.capture(bytesOf(40 << 20)), { code: 'HEAPHOUND_ERR_STORE', status: 500 });
  assert.equal(requests, 2);
});

test('a capture needs no right but to put', async (t) => {
  const methods = new Set();
  const s3 = await answering(t, (request, response) => {
    methods.add(request.method);
    request.resume().on('end', () => response.writeHead(request.method === 'PUT' ? 200 : 403, { etag: '"1"' }).end());
  });
  const store = await open(t, s3);
  await store.capture(capture);
  await store.putReport('a'.repeat(32), {});
  assert.deepEqual([...methods], ['PUT']);
});

test('an answer that gets lost does not make a conflict of our own second attempt', async (t) => {
  const seen = new Map();
  const s3 = await answering(t, (request, response) => {
    const attempt = (seen.get(request.url) ?? 0) + 1;
    seen.set(request.url, attempt);
    request.resume().on('end', () => {
      if (attempt === 1) request.socket.destroy();
      else
        response
          .writeHead(412, { 'content-type': 'application/xml' })
          .end('<Error><Code>PreconditionFailed</Code></Error>');
    });
  });
  const store = await open(t, s3);
  const { id } = await store.capture(capture);
  assert.equal(seen.size, 2);
  assert.match([...seen.keys()][0], new RegExp(id));
});

test('a server that dies in the middle ends the capture', async (t) => {
  const s3 = await answering(t, (request, response) => {
    if (request.url.includes('uploads'))
      return response.end('<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>');
    request.once('data', () => request.socket.destroy());
  });
  const store = await open(t, { ...s3, maxAttempts: 1 });
  await assert.rejects(store.capture(bytesOf(64 << 20)), { code: 'HEAPHOUND_ERR_STORE' });
});

test('a slow server holds the capture back: memory has the parts that are under way and no more', async (t) => {
  const waiting = [];
  const s3 = await answering(t, (request, response) => {
    if (request.url.includes('uploads'))
      return response.end('<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>');
    if (request.method === 'DELETE') return response.writeHead(204).end();
    waiting.push(request);
  });
  const store = await open(t, { ...s3, partSizeBytes: 5 << 20, queueSize: 2 });
  let given = 0;
  const control = new AbortController();
  const stuck = store.capture(
    bytesOf(1 << 30, (sent) => {
      given = sent;
    }),
    {},
    { signal: control.signal },
  );
  // Both parts are on their way and none is taken: when nothing moved for many turns, nothing will.
  for (let still = 0, last = -1; still < 50 || waiting.length < 2; still = given === last ? still + 1 : 0) {
    last = given;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(given < 20 << 20, `${given} bytes were taken`);
  for (const request of waiting) request.socket.destroy();
  control.abort(new Error('enough'));
  await assert.rejects(stuck, /enough/);
});

test('close ends what is under way', async (t) => {
  const s3 = await answering(t, (request, response) => {
    if (request.url.includes('uploads'))
      return response.end('<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>');
    request.resume().on('end', () => response.writeHead(200, { etag: '"1"' }).end());
  });
  const store = await openStore({ s3 });
  const failed = assert.rejects(
    store.capture(
      ({ stream }) =>
        new Promise((_, reject) => {
          stream.on('close', () => reject(new Error('closed')));
          stream.write('x');
        }),
    ),
    { code: 'HEAPHOUND_ERR_CLOSED' },
  );
  await store.close();
  await failed;
});

test('credentials are not taken, and what cannot be is refused', async () => {
  const bad = [
    {},
    { bucket: '' },
    { bucket: 'dumps', credentials: { accessKeyId: 'A', secretAccessKey: 'SECRET' } },
    { bucket: 'dumps', prefix: '../x' },
    { bucket: 'dumps', prefix: '/x' },
    { bucket: 'dumps', service: 'a/b' },
    { bucket: 'dumps', partSizeBytes: 1 },
    { bucket: 'dumps', client: {} },
    { bucket: 'dumps', client: { send() {} }, region: 'x' },
  ];
  for (const s3 of bad) {
    await assert.rejects(
      openStore({ s3 }),
      (error) => error.code === 'HEAPHOUND_ERR_OPTION' && !error.message.includes('SECRET'),
      JSON.stringify(s3),
    );
  }
  await assert.rejects(openStore({ s3: { bucket: 'dumps' }, dir: '/x' }), { code: 'HEAPHOUND_ERR_OPTION' });
});

test('without the SDK the error says what to install', () => {
  const script = `
    const Module = require('node:module');
    const resolve = Module._resolveFilename;
    Module._resolveFilename = (name, ...rest) => { if (name.startsWith('@aws-sdk/')) throw new Error('none'); return resolve(name, ...rest); };
    require(${JSON.stringify(root)}).openStore({ s3: { bucket: 'dumps' } }).catch((error) => console.log(error.code, error.message));`;
  const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  assert.match(stdout, /^HEAPHOUND_ERR_MODULE .*npm install @aws-sdk\/client-s3 @aws-sdk\/lib-storage/);
});
