'use strict';

// Images that are encrypted to public keys before they leave the process, and thawed with a private one.

const assert = require('node:assert/strict');
const { execFileSync, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { Writable } = require('node:stream');
const { test } = require('node:test');
const { captureSnapshot, decryptSnapshot, freezeProcess, openSnapshot, thawImage } = require('..');
const { addon } = require('../lib/native');
const { whyNoFork } = require('../lib/capture/fork');
const { folder } = require('./helpers/folder');
const { tool } = require('./helpers/tool');
const { startApp } = require('./helpers/unprepared-app');

const MAIN = path.join(__dirname, '..', 'cli', 'main.js');
const skip = whyNoFork() ?? addon.cannotFreeze() ?? false;
const age = tool('age');
/** How an image begins, and a file of age. */
const IMAGE = Buffer.from('HHFROZEN');
const AGE = 'age-encryption.org/v1\n';
const HEADPIECE = 4096;

async function keyPair() {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

test('an image is encrypted to each key, and the program age reads it', { skip: skip || age.skip }, async (t) => {
  const directory = folder(t);
  const at = (/** @type {string} */ name) => path.join(directory, name);
  const [one, two] = [await keyPair(), await keyPair()];
  const image = await captureSnapshot({
    mode: 'freeze',
    path: at('app.frozen.age'),
    encryptTo: [one.recipient, two.recipient],
  });
  assert.equal(image.encrypted, 'age');
  assert.deepEqual(fs.readdirSync(directory), ['app.frozen.age'], 'nothing else was written');
  const stored = fs.readFileSync(image.path);
  assert.equal(fs.statSync(image.path).mode & 0o777, 0o600);
  assert.equal(stored.subarray(0, AGE.length).toString(), AGE);
  assert.deepEqual([stored.length, hash(stored)], [image.storedBytes, image.sha256]);
  fs.writeFileSync(at('key.txt'), `${two.identity}\n`, { mode: 0o600 });
  execFileSync(age.command, ['-d', '-i', at('key.txt'), '-o', at('by-age.frozen'), image.path]);
  await decryptSnapshot(image.path, at('by-us.frozen'), { identities: one.identity });
  const plain = fs.readFileSync(at('by-age.frozen'));
  assert.deepEqual(plain.subarray(8, 16), IMAGE);
  assert.equal(hash(plain), hash(fs.readFileSync(at('by-us.frozen'))));
  const thawed = await thawImage(image.path, { path: at('app.heapsnapshot.zst'), identities: [two.identity] });
  assert.equal(thawed.pid, process.pid);
  await assert.rejects(
    thawImage(image.path, { path: at('c.heapsnapshot'), identities: [two.identity], previous: thawed.path }),
    { code: 'HEAPHOUND_ERR_OPTION', message: /must be earlier than the image/ },
    'the moment of an encrypted image is known before it is thawed',
  );
  const fromPlain = await thawImage(at('by-age.frozen'), { path: at('plain.heapsnapshot.zst') });
  assert.equal(thawed.nodeCount, fromPlain.nodeCount, 'the same image');
});

test('an encrypted image that is cut, changed or for others is refused, and leaves nothing', { skip }, async (t) => {
  const directory = folder(t);
  const at = (/** @type {string} */ name) => path.join(directory, name);
  const [own, other] = [await keyPair(), await keyPair()];
  const { path: image } = await captureSnapshot({ mode: 'freeze', path: at('a.age'), encryptTo: own.recipient });
  const { size } = fs.statSync(image);
  // On the disk: bytes of an image in this process would be in its next image.
  const refused = async (
    /** @type {string} */ why,
    /** @type {(file: string) => void} */ change,
    /** @type {string[]} */ identities = [own.identity],
  ) => {
    fs.copyFileSync(image, at('b.age'));
    change(at('b.age'));
    await assert.rejects(
      thawImage(at('b.age'), { path: at('b.heapsnapshot'), identities }),
      (/** @type {any} */ error) =>
        error.code === 'HEAPHOUND_ERR_ENCRYPTED' && identities.every((key) => !error.message.includes(key)),
      why,
    );
    assert.deepEqual(fs.readdirSync(directory).sort(), ['a.age', 'b.age'], why);
  };
  await refused('for others', () => {}, [other.identity]);
  for (const length of [AGE.length + 3, 200, HEADPIECE, size - 1])
    await refused(`cut at ${length}`, (file) => fs.truncateSync(file, length));
  for (const place of [AGE.length + 40, HEADPIECE]) await refused(`changed at ${place}`, (file) => flip(file, place));
  await refused('with something behind its end', (file) => fs.appendFileSync(file, '\0'));
  const control = new AbortController();
  const stopped = thawImage(image, {
    path: at('b.heapsnapshot'),
    identities: own.identity,
    signal: control.signal,
    onProgress: () => control.abort(),
  });
  await assert.rejects(stopped, { name: 'AbortError' });
  await assert.rejects(thawImage(image, { path: at('b.heapsnapshot') }), {
    code: 'HEAPHOUND_ERR_ENCRYPTED',
    message: /--identity/,
  });
  await assert.rejects(thawImage(image, { path: at('b.heapsnapshot'), identities: 'secret' }), {
    code: 'HEAPHOUND_ERR_OPTION',
  });
});

test('what was encrypted and is no image is refused as an image is', { skip }, async (t) => {
  const directory = folder(t);
  const { Encrypter } = await import('age-encryption');
  const { identity, recipient } = await keyPair();
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const file = path.join(directory, 'a.age');
  fs.writeFileSync(file, await encrypter.encrypt('no image'));
  const thawing = thawImage(file, { path: path.join(directory, 'a.heapsnapshot'), identities: identity });
  await assert.rejects(thawing, { code: 'HEAPHOUND_ERR_IMAGE' });
});

test('nothing is frozen for keys that are none, or onto a file that is there', { skip }, async (t) => {
  const file = path.join(folder(t), 'a.age');
  for (const encryptTo of [[], 'key', 'age1nonsense', [7]])
    await assert.rejects(captureSnapshot(/** @type {any} */ ({ mode: 'freeze', path: file, encryptTo })), {
      code: 'HEAPHOUND_ERR_OPTION',
    });
  const { recipient } = await keyPair();
  await assert.rejects(
    captureSnapshot(/** @type {any} */ ({ path: file, whenNoRoom: 'freeze', encryptTo: recipient })),
    { code: 'HEAPHOUND_ERR_OPTION', message: /a snapshot is not encrypted/ },
    'a snapshot that nobody encrypts is none that somebody wanted encrypted',
  );
  await assert.rejects(
    captureSnapshot({ mode: 'freeze', path: file, encryptTo: recipient, maxBytes: 100_000 }),
    { code: 'HEAPHOUND_ERR_MAX_BYTES' },
    'the limit is of the encrypted bytes',
  );
  assert.equal(fs.existsSync(file), false);
  fs.writeFileSync(file, '');
  await assert.rejects(captureSnapshot({ mode: 'freeze', path: file, encryptTo: recipient }), {
    code: 'HEAPHOUND_ERR_EXISTS',
  });
});

test('an image goes into a stream, encrypted or plain, and a stream that fails ends it', { skip }, async () => {
  const { recipient } = await keyPair();
  for (const encryptTo of [recipient, undefined]) {
    const sum = createHash('sha256');
    let length = 0;
    let first = Buffer.alloc(0);
    const stream = new Writable({
      write(chunk, _encoding, done) {
        if (length === 0) first = Buffer.from(chunk.subarray(0, AGE.length));
        length += chunk.length;
        sum.update(chunk);
        done();
      },
    });
    const image = await captureSnapshot({ mode: 'freeze', stream, encryptTo });
    assert.equal('path' in image, false);
    assert.deepEqual([length, sum.digest('hex')], [image.storedBytes, image.sha256]);
    assert.equal(encryptTo ? first.toString() : first.toString('latin1', 8, 16), encryptTo ? AGE : String(IMAGE));
  }
  const failing = new Writable({ write: (_chunk, _encoding, done) => done(new Error('full')) });
  await assert.rejects(captureSnapshot({ mode: 'freeze', stream: failing }), {
    code: 'HEAPHOUND_ERR_STREAM',
    message: /full/,
  });
  const children = fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
  assert.equal(children, '', 'the forked child is gone');
});

test('the commands freeze and thaw encrypt and decrypt, without a plain byte on the disk', { skip }, async (t) => {
  const directory = folder(t);
  const at = (/** @type {string} */ name) => path.join(directory, name);
  const { identity, recipient } = await keyPair();
  const { pid } = await startApp(t, process.execPath);
  const [image, out, key] = [at('app.frozen.age'), at('app.heapsnapshot.zst'), at('key.txt')];
  const heaphound = (/** @type {string[]} */ ...words) =>
    spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8' });
  const frozen = heaphound('freeze', '--pid', String(pid), '--out', image, '--recipient', recipient);
  assert.deepEqual([frozen.stderr, frozen.status], ['', 0]);
  assert.match(frozen.stdout, /unpacked, encrypted\)/);
  assert.equal(fs.readFileSync(image).subarray(0, AGE.length).toString(), AGE);
  assert.deepEqual(fs.readdirSync(directory), ['app.frozen.age']);
  const closed = heaphound('thaw', image, '--out', out);
  assert.equal(closed.status, 3);
  assert.match(closed.stderr, /is encrypted.*--identity key\.txt/);
  fs.writeFileSync(key, `# a comment\n${identity}\n`, { mode: 0o600 });
  const thawed = heaphound('thaw', image, '--out', out, '--identity', key);
  assert.deepEqual([thawed.stderr, thawed.status], ['', 0]);
  assert.deepEqual(fs.readdirSync(directory).sort(), [
    'app.frozen.age',
    'app.heapsnapshot.zst',
    'app.heapsnapshot.zst.ids',
    'app.heapsnapshot.zst.json',
    'key.txt',
  ]);
  const snapshot = await openSnapshot(out);
  t.after(() => snapshot.close());
  await assert.rejects(freezeProcess(pid, { path: at('b'), encryptTo: 'nobody' }), { code: 'HEAPHOUND_ERR_OPTION' });
});

/** @param {string} file @param {number} place */
function flip(file, place) {
  const handle = fs.openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  fs.readSync(handle, byte, 0, 1, place);
  byte[0] ^= 1;
  fs.writeSync(handle, byte, 0, 1, place);
  fs.closeSync(handle);
}

/** @param {Uint8Array} bytes */
function hash(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
