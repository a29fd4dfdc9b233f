'use strict';

// `-` is standard input where a file is read, and standard output where one is written; nothing else is printed there.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { openSnapshot } = require('..');
const { heaphound: run } = require('./helpers/command-line');
const { AFTER, BEFORE } = require('./helpers/golden');

let folder;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-streams-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Runs the command line to its end; `input` goes to its standard input. */
async function heaphound(args, input = '') {
  const answer = await run(args, { input, environment: { TMPDIR: folder } });
  assert.deepEqual(
    fs.readdirSync(folder).filter((name) => name.startsWith('heaphound-out-')),
    [],
    'nothing is left',
  );
  return answer;
}

async function nodeCountOf(source) {
  const snapshot = await openSnapshot(source);
  await snapshot.close();
  return snapshot.info.nodeCount;
}

describe('standard output as a file', () => {
  it('has a redacted copy and no more, also one of standard input', async () => {
    const expected = await nodeCountOf(AFTER);
    for (const [args, input] of [
      [['redact', AFTER, '-']],
      [['redact', '-', '-'], fs.readFileSync(AFTER)],
      [['redact', AFTER, '-', '--json']],
    ]) {
      const { code, bytes, stderr } = await heaphound(args, input);
      assert.equal(code, 0, stderr);
      assert.equal(await nodeCountOf(bytes), expected);
      assert.match(stderr, /texts replaced|"redactedCount"/);
    }
  });

  it('has a capture and no more', async (t) => {
    const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', '-e', 'setInterval(() => {}, 1000)'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    t.after(() => child.kill('SIGKILL'));
    const [said] = await once(child.stderr.setEncoding('utf8'), 'data');
    const [, port] = /ws:\/\/127\.0\.0\.1:(\d+)/.exec(said);
    for (const more of [[], ['--compress', 'none'], ['--json']]) {
      const { code, bytes, stderr } = await heaphound(['capture', '--inspect', port, '--out', '-', ...more]);
      assert.equal(code, 0, stderr);
      assert.ok((await nodeCountOf(bytes)) > 10_000);
      assert.match(stderr, more[0] === '--json' ? /"path":"-"/ : /^standard output$/m);
    }
    const { code, bytes } = await heaphound(['capture', '--inspect', port, '--out', '-', '--count', '2']);
    assert.deepEqual([code, bytes.length], [2, 0]);
  });

  it('has what was decrypted and no more', async () => {
    const { Encrypter, generateIdentity, identityToRecipient } = await import('age-encryption');
    const identity = await generateIdentity();
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(identity));
    const encrypted = Buffer.from(await encrypter.encrypt(fs.readFileSync(AFTER)));
    const keys = path.join(folder, 'key.txt');
    fs.writeFileSync(keys, `${identity}\n`);
    const file = path.join(folder, 'a.heapsnapshot.gz.age');
    fs.writeFileSync(file, encrypted);
    for (const [args, input] of [
      [['decrypt', '-', '-', '--identity', keys], encrypted],
      [['decrypt', file, '-', '--identity', '-'], identity],
    ]) {
      const { code, bytes, stderr } = await heaphound(args, input);
      assert.equal(code, 0, stderr);
      assert.ok(bytes.equals(fs.readFileSync(AFTER)));
    }
    assert.equal((await heaphound(['decrypt', '-', '-', '--identity', '-'], encrypted)).code, 2);
  });

  it('is empty when the command fails', async () => {
    const { code, bytes } = await heaphound(['redact', path.join(folder, 'none'), '-']);
    assert.deepEqual([code, bytes.length], [3, 0]);
  });

  it('has the baseline, which comes back by standard input', async () => {
    const written = await heaphound(['check', '--baseline', '-', '--update', BEFORE, AFTER]);
    assert.equal(JSON.parse(written.stdout).leaks.length, 3);
    const { code, stdout } = await heaphound(['check', '--baseline', '-', BEFORE, AFTER], written.stdout);
    assert.equal(code, 0);
    assert.match(stdout, /0 new leaks, 3 known ones/);
  });
});

describe('standard input as a file', () => {
  it('is any one of the snapshots', async () => {
    const { code, stdout } = await heaphound(['leaks', '-', AFTER], fs.readFileSync(BEFORE));
    assert.equal(code, 1);
    assert.match(stdout, /Session/);
  });

  it('is a catalogue and a key', async () => {
    const rows = { leaks: [] };
    assert.equal((await heaphound(['leaks', BEFORE, AFTER, '--catalogue', '-'], JSON.stringify(rows))).code, 1);
    const { code, stderr } = await heaphound(['leaks', BEFORE, AFTER, '--catalogue', '-'], '[]');
    assert.equal(code, 2);
    assert.match(stderr, /--catalogue: standard input has no JSON/);
    const [one, two] = [
      await heaphound(['redact', AFTER, '-', '--key-file', '-'], 'a key of 32 bytes or of any more'),
      await heaphound(['redact', AFTER, '-', '--key-file', '-'], 'a key of 32 bytes or of any more'),
    ];
    assert.equal(one.code, 0, one.stderr);
    assert.ok(one.bytes.equals(two.bytes), 'one key gives one copy');
  });

  it('is read once', async () => {
    for (const args of [
      ['leaks', '-', '-'],
      ['check', '-', AFTER, '--baseline', '-'],
      ['redact', '-', 'x', '--key-file', '-'],
      ['leaks', '-', AFTER, '--catalogue', '-'],
    ]) {
      const { code, stderr } = await heaphound(args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, /standard input \(-\) can be read only once/);
    }
    assert.equal((await heaphound(['watch-dir', folder, '--out', '-', '--once'])).code, 2);
  });
});

it('bare heaphound lists the commands, and is no success', async () => {
  const { code, stdout, stderr } = await heaphound([]);
  assert.deepEqual([code, stdout], [2, '']);
  for (const command of ['leaks', 'check', 'diff', 'capture', 'redact'])
    assert.match(stderr, new RegExp(`^ {2}${command} `, 'm'));
});
