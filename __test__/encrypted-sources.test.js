'use strict';

// Encrypted images and snapshots in the place of plain ones, wherever a path is taken: with the private key they are
// decrypted while they are read, and nothing plain of them reaches the disk.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const {
  captureSnapshot,
  checkBudget,
  diffOwners,
  diffSnapshots,
  evaluateInImage,
  findLeaks,
  findSuspects,
  makeReport,
  memoryOfImage,
  openSnapshot,
  redactSnapshot,
  thawImage,
  verifyFix,
} = require('..');
const { addon } = require('../lib/native');
const { whyNoFork } = require('../lib/capture/fork');
const { folder } = require('./helpers/folder');
const { startApp } = require('./helpers/unprepared-app');

const MAIN = path.join(__dirname, '..', 'cli', 'main.js');
const skip = whyNoFork() ?? addon.cannotFreeze() ?? false;
const handmade = path.join(__dirname, 'fixtures', 'corpus', 'handmade');
const ENCRYPTED = { code: 'HEAPHOUND_ERR_ENCRYPTED' };

async function keyPair() {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** @param {string} recipient @param {Uint8Array | string} bytes @param {string} file */
async function encryptInto(file, bytes, recipient) {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  fs.writeFileSync(file, await encrypter.encrypt(bytes));
  return file;
}

/** @param {...string} words */
function heaphound(...words) {
  return spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8' });
}

test('every question to an encrypted image is answered with the private key', { skip }, async (t) => {
  const directory = folder(t);
  const at = (/** @type {string} */ name) => path.join(directory, name);
  const [{ identity: identities, recipient }, stranger] = [await keyPair(), await keyPair()];
  const key = at('key.txt');
  fs.writeFileSync(key, `# a comment\n${identities}\n`, { mode: 0o600 });
  const { pid } = await startApp(t, process.execPath);
  const image = at('app.frozen.age');
  const frozen = heaphound('freeze', '--pid', String(pid), '--out', image, '--recipient', recipient);
  assert.deepEqual([frozen.stderr, frozen.status], ['', 0]);

  const snapshot = await openSnapshot(image, { identities });
  const { file, pid: known, takenAtFrom, nodeCount } = snapshot.info;
  await snapshot.close();
  assert.deepEqual([file, known, takenAtFrom], [image, pid, 'capture']);
  assert.ok(nodeCount > 1000);
  const answer = await evaluateInImage(image, 'store.sessions.size', { identities });
  assert.deepEqual([answer.value, answer.pid], [0, pid]);
  const memory = await memoryOfImage(image, { identities });
  assert.deepEqual([memory.pid, memory.kinds[0].kind], [pid, 'v8Heap']);
  assert.equal(
    memory.kinds.reduce((sum, { bytes }) => sum + bytes, 0),
    memory.totalBytes,
  );

  const asked = heaphound('thaw', image, '--eval', '6 * 7', '--identity', key);
  assert.deepEqual([asked.stderr, asked.stdout], ['', '42\n']);
  const listed = heaphound('memory', image, '--identity', key, '--json');
  assert.deepEqual(JSON.parse(listed.stdout).totalBytes, memory.totalBytes);
  const summary = heaphound('summary', image, '--identity', key, '--json', '--limit', '1');
  assert.equal(JSON.parse(summary.stdout).snapshot.nodeCount, nodeCount);

  for (const ask of [
    (/** @type {object} */ options) => openSnapshot(image, options),
    (/** @type {object} */ options) => evaluateInImage(image, '1', options),
    (/** @type {object} */ options) => memoryOfImage(image, options),
  ]) {
    await assert.rejects(ask({}), { ...ENCRYPTED, message: /--identity key\.txt, `identities`/ });
    await assert.rejects(ask({ identities: stranger.identity }), (error) => {
      assert.ok(!error.message.includes(stranger.identity));
      return error.code === ENCRYPTED.code;
    });
    await assert.rejects(ask({ identities: 'secret' }), { code: 'HEAPHOUND_ERR_OPTION' });
  }
  const closed = heaphound('suspects', image);
  assert.deepEqual([closed.status, closed.stdout], [3, '']);
  assert.match(closed.stderr, /HEAPHOUND_ERR_ENCRYPTED.*--identity key\.txt/);
  fs.truncateSync(image, fs.statSync(image).size - 1);
  await assert.rejects(openSnapshot(image, { identities }), ENCRYPTED);
  await assert.rejects(evaluateInImage(image, '1', { identities }), ENCRYPTED);
  await assert.rejects(memoryOfImage(image, { identities }), ENCRYPTED);
  assert.deepEqual(fs.readdirSync(directory).sort(), ['app.frozen.age', 'key.txt'], 'nothing plain was written');
});

test('every function that takes a path opens encrypted snapshots with the private key', async (t) => {
  const directory = folder(t);
  const at = (/** @type {string} */ name) => path.join(directory, name);
  const { identity: identities, recipient } = await keyPair();
  const plain = ['one', 'two'].map((name) => at(`${name}.heapsnapshot.zst`));
  const kept = [];
  const files = [];
  for (const file of plain) {
    kept.push(new Map([[file, new Array(1000).fill(file)]]));
    const { path: made } = await captureSnapshot({ path: file });
    files.push(await encryptInto(`${made}.age`, fs.readFileSync(made), recipient));
    fs.copyFileSync(`${made}.json`, `${made}.age.json`);
  }
  const allow = /** @type {const} */ (['same', 'unrelated']);
  const calls = [
    (/** @type {object} */ options) => findLeaks(files, { ...options, allow }),
    (/** @type {object} */ options) => diffSnapshots(files[0], files[1], options),
    (/** @type {object} */ options) => diffOwners(files[0], files[1], options),
    (/** @type {object} */ options) => findSuspects(files[1], options),
    (/** @type {object} */ options) => checkBudget(files[1], { total: { count: 1e9 } }, options),
    (/** @type {object} */ options) => makeReport([files[1]], options),
    (/** @type {object} */ options) => verifyFix({ before: files, after: files }, { ...options, allow }),
  ];
  for (const call of calls) {
    await assert.rejects(call({}), ENCRYPTED, String(call));
    const document = await call({ identities });
    assert.ok(!JSON.stringify(document).includes(identities), 'no document has the key');
  }
  const { leaks: encrypted } = await findLeaks(files, { identities });
  const { leaks: open } = await findLeaks(plain);
  assert.deepEqual(encrypted, open, 'the same answer');
  const redacted = at('redacted.heapsnapshot');
  await assert.rejects(redactSnapshot(files[0], redacted), ENCRYPTED);
  assert.equal((await redactSnapshot(files[0], redacted, { identities })).path, redacted);
  await assert.rejects(openSnapshot(fs.createReadStream(files[0]), { identities }), ENCRYPTED);
  assert.equal(kept.length, plain.length);
});

test('what was encrypted and is something else is refused as that', async (t) => {
  const directory = folder(t);
  const at = (/** @type {string} */ name) => path.join(directory, name);
  const { identity: identities, recipient } = await keyPair();
  const whole = fs.readFileSync(
    path.join(handmade, fs.readdirSync(handmade).filter((name) => name.endsWith('.heapsnapshot'))[0]),
  );
  const text = await encryptInto(at('text.age'), 'no snapshot', recipient);
  const half = await encryptInto(at('half.age'), whole.subarray(0, whole.length >> 1), recipient);
  const head = Buffer.alloc(64);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head[16] = 4;
  const core = await encryptInto(at('core.age'), head, recipient);
  await assert.rejects(openSnapshot(text, { identities }), { code: 'HEAPHOUND_ERR_FOREIGN' });
  await assert.rejects(openSnapshot(half, { identities }), { code: /^HEAPHOUND_ERR_(TRUNCATED|SYNTAX|FORMAT)/ });
  const asCore = { code: 'HEAPHOUND_ERR_CORE', message: /was encrypted: decrypt it first/ };
  if (skip) return;
  await assert.rejects(openSnapshot(core, { identities }), asCore);
  await assert.rejects(evaluateInImage(core, '1', { identities }), asCore);
  await assert.rejects(thawImage(core, { path: at('core.heapsnapshot'), identities }), asCore);
});
