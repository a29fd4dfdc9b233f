'use strict';

// examples/deployment: the manifests are what the tools of the field accept, and the server does what they expect of
// it.

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { test } = require('node:test');
const { validate } = require('dockerfile-utils');
const { evaluateInImage } = require('..');
const { addon } = require('../lib/native');
const { whyNoFork } = require('../lib/capture/fork');
const { tool } = require('./helpers/tool');

const folder = path.join(__dirname, '..', 'examples', 'deployment');
const validator = tool('kubernetes-validate');
const cannotFreeze = whyNoFork() ?? addon.cannotFreeze() ?? false;

test('the Dockerfile is one, and its last stage runs as nobody in particular', () => {
  const dockerfile = fs.readFileSync(path.join(folder, 'Dockerfile'), 'utf8');
  assert.deepEqual(
    validate(dockerfile).map(({ message }) => message),
    [],
  );
  const stage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
  assert.match(stage, /^USER [1-9]\d*:[1-9]\d*$/m);
  assert.notDeepEqual(
    validate(dockerfile.replace('USER 10001:10001', 'USERS 10001')),
    [],
    'the check sees what is wrong',
  );
});

test('the manifest fits the schemas of Kubernetes', { skip: validator.skip }, (t) => {
  const check = (file) => spawnSync(validator.command, ['--strict', file], { encoding: 'utf8' });
  const manifest = path.join(folder, 'kubernetes.yaml');
  const { status, stdout, stderr } = check(manifest);
  assert.equal(status, 0, stdout + stderr);
  const bad = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-manifest-')), 'bad.yaml');
  t.after(() => fs.rmSync(path.dirname(bad), { recursive: true }));
  fs.writeFileSync(bad, fs.readFileSync(manifest, 'utf8').replace('readOnlyRootFilesystem', 'readOnlyRoot'));
  assert.notEqual(check(bad).status, 0, 'the check sees what is wrong');
});

test('the server of the example takes a snapshot when it is told to, and ends when it is stopped', async (t) => {
  const heaps = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-deployment-'));
  t.after(() => fs.rmSync(heaps, { recursive: true, force: true }));
  // As Kubernetes mounts an emptyDir.
  fs.chmodSync(heaps, 0o777);
  const env = { ...process.env, HEAP_DIR: path.join(heaps, 'store'), PORT: '0' };
  const server = spawn(process.execPath, [path.join(folder, 'server.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => server.kill('SIGKILL'));
  const ended = once(server, 'exit');
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, 'ready');
  server.kill('SIGUSR2');
  const { value } = await lines.next();
  const [, id] = /^snapshot ([0-9a-f]{32}) in /.exec(value);
  const names = fs.readdirSync(path.join(heaps, 'store'));
  assert.ok(
    names.some((name) => name.endsWith(`-${id}.heapsnapshot.zst`)),
    names.join(' '),
  );
  server.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});

test('the server of the example freezes where there is no memory for a snapshot', { skip: cannotFreeze }, async (t) => {
  const heaps = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-deployment-'));
  t.after(() => fs.rmSync(heaps, { recursive: true, force: true }));
  // It leaves snapshots no memory.
  const preload = path.join(heaps, 'preload.js');
  fs.writeFileSync(
    preload,
    `const heaphound = require(${JSON.stringify(path.join(__dirname, '..'))});
     const take = heaphound.captureSnapshot;
     heaphound.captureSnapshot = (options) => take(options.mode === 'freeze' ? options : { ...options, maxMemoryBytes: 1000 });`,
  );
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identities = await generateX25519Identity();
  const env = { ...process.env, HEAP_DIR: path.join(heaps, 'store'), PORT: '0' };
  const take = async (/** @type {Record<string, string>} */ more) => {
    const server = spawn(process.execPath, ['--require', preload, path.join(folder, 'server.js')], {
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(() => server.kill('SIGKILL'));
    const [said, warned] = [server.stdout, server.stderr].map((input) =>
      createInterface({ input })[Symbol.asyncIterator](),
    );
    assert.equal((await said.next()).value, 'ready');
    server.kill('SIGUSR2');
    assert.match((await warned.next()).value, /memory/);
    return { server, said };
  };
  const { server: closed } = await take({});
  closed.kill('SIGTERM');
  await once(closed, 'exit');
  assert.deepEqual(fs.readdirSync(env.HEAP_DIR), [], 'no image without a key');
  const { server, said } = await take({ HEAP_KEY: await identityToRecipient(identities) });
  const [, id] = /^image ([0-9a-f]{32}) in /.exec((await said.next()).value);
  const name = fs.readdirSync(env.HEAP_DIR).find((one) => one.endsWith(`-${id}.frozen.age`));
  const { value } = await evaluateInImage(path.join(env.HEAP_DIR, name), 'process.pid', { identities });
  assert.equal(value, server.pid);
});
