'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { buffer } = require('node:stream/consumers');
const { test } = require('node:test');
const { tool } = require('./helpers/tool');
const { GetObjectCommand } = require('@aws-sdk/client-s3');
const { captureSnapshot, decryptSnapshot, findLeaks, openSnapshot, openStore, redactSnapshot } = require('..');
const { BUCKET, clientOf, startS3rver } = require('./helpers/s3-server');

const MAIN = path.join(__dirname, '..', 'cli', 'main.js');
const capture = (target) => captureSnapshot({ ...target, queue: true });
const age = tool('age');

async function keyPair() {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

function scratch(t) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-age-'));
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('in a directory nothing but ciphertext touches the disk; each of the keys opens it', async (t) => {
  const folder = scratch(t);
  const [one, two] = [await keyPair(), await keyPair()];
  const dir = path.join(folder, 'store');
  const store = await openStore({ dir, encryptTo: [one.recipient, two.recipient] });
  t.after(() => store.close());
  const stored = await store.capture(capture);
  assert.equal(stored.encrypted, 'age');
  assert.equal(store.canRead, false);
  assert.equal(fs.statSync(stored.filePath).size, stored.storedBytes);
  const name = path.basename(stored.filePath);
  assert.match(name, new RegExp(`^\\d{8}T\\d{9}Z-${stored.id}\\.heapsnapshot\\.zst\\.age$`));
  assert.deepEqual(fs.readdirSync(dir).sort(), [name, `${name}.json`]);
  await assert.rejects(store.source(stored.id), { code: 'HEAPHOUND_ERR_ENCRYPTED' });

  for (const source of [stored.filePath, fs.readFileSync(stored.filePath), fs.createReadStream(stored.filePath)]) {
    await assert.rejects(openSnapshot(source), { code: 'HEAPHOUND_ERR_ENCRYPTED', message: /heaphound decrypt/ });
  }
  await assert.rejects(findLeaks([stored.filePath, stored.filePath]), { code: 'HEAPHOUND_ERR_ENCRYPTED' });
  await assert.rejects(redactSnapshot(stored.filePath, path.join(folder, 'redacted.heapsnapshot')), {
    code: 'HEAPHOUND_ERR_ENCRYPTED',
    message: /heaphound decrypt/,
  });

  for (const [at, { identity }] of [one, two].entries()) {
    const out = path.join(folder, `${at}.heapsnapshot.zst`);
    await decryptSnapshot(stored.filePath, out, { identities: identity });
    const snapshot = await openSnapshot(out);
    assert.equal(snapshot.info.nodeCount, stored.nodeCount);
    await snapshot.close();
    await assert.rejects(decryptSnapshot(stored.filePath, out, { identities: identity }), {
      code: 'HEAPHOUND_ERR_EXISTS',
    });
  }
  const wrong = path.join(folder, 'wrong');
  const stranger = await keyPair();
  await assert.rejects(
    decryptSnapshot(stored.filePath, wrong, { identities: stranger.identity }),
    (error) => error.code === 'HEAPHOUND_ERR_ENCRYPTED' && !error.message.includes(stranger.identity),
  );
  fs.truncateSync(stored.filePath, stored.storedBytes - 1);
  await assert.rejects(decryptSnapshot(stored.filePath, wrong, { identities: one.identity }), {
    code: 'HEAPHOUND_ERR_ENCRYPTED',
  });
  await assert.rejects(decryptSnapshot(stored.filePath, wrong, { identities: 'secret' }), {
    code: 'HEAPHOUND_ERR_OPTION',
  });
  assert.deepEqual(fs.readdirSync(folder).sort(), ['0.heapsnapshot.zst', '1.heapsnapshot.zst', 'store']);
});

test('a bucket gets ciphertext, of snapshots and reports', async (t) => {
  const s3 = await startS3rver(t);
  const folder = scratch(t);
  const { identity, recipient } = await keyPair();
  const store = await openStore({ s3, encryptTo: recipient });
  const client = clientOf(s3);
  t.after(() => client.destroy());
  t.after(() => store.close());
  const stored = await store.capture(capture);
  await store.putReport(stored.id, { leaks: ['of Session'] });
  await assert.rejects(store.report(stored.id), { code: 'HEAPHOUND_ERR_ENCRYPTED' });
  await assert.rejects(store.source(stored.id), { code: 'HEAPHOUND_ERR_ENCRYPTED' });
  const get = async (Key) => buffer((await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }))).Body);
  const bytes = await get(stored.location.slice(`s3://${BUCKET}/`.length));
  assert.equal(bytes.length, stored.storedBytes);
  const file = path.join(folder, 'a.age');
  fs.writeFileSync(file, bytes);
  fs.writeFileSync(path.join(folder, 'key.txt'), `# created: today\n${identity}\n`, { mode: 0o600 });
  const out = path.join(folder, 'a.heapsnapshot.zst');
  execFileSync(process.execPath, [MAIN, 'decrypt', file, out, '--identity', path.join(folder, 'key.txt')]);
  const snapshot = await openSnapshot(out);
  assert.equal(snapshot.info.nodeCount, stored.nodeCount);
  await snapshot.close();
  const report = await get(`heaphound/node/reports/${stored.id}.report.json.age`);
  assert.ok(!report.includes('Session'));
});

test('the program age reads it', { skip: age.skip }, async (t) => {
  const folder = scratch(t);
  const key = path.join(folder, 'key.txt');
  execFileSync('age-keygen', ['-o', key], { stdio: 'ignore' });
  const recipient = execFileSync('age-keygen', ['-y', key], { encoding: 'utf8' }).trim();
  const store = await openStore({ dir: path.join(folder, 'store'), encryptTo: recipient });
  const stored = await store.capture(capture);
  await store.close();
  const out = path.join(folder, 'a.heapsnapshot.zst');
  execFileSync(age.command, ['-d', '-i', key, '-o', out, stored.filePath]);
  const snapshot = await openSnapshot(out);
  assert.equal(snapshot.info.nodeCount, stored.nodeCount);
  await snapshot.close();
});
