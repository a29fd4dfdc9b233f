'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const { once } = require('node:events');
const { after, test } = require('node:test');
const { text } = require('node:stream/consumers');

const SERVER = path.join(__dirname, '..', 'examples', 'fastify-plugin', 'server.js');
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-example-'));
after(() => fs.rmSync(dir, { recursive: true, force: true }));

/** @param {Record<string, string>} environment */
function start(environment) {
  const { HEAP_TOKEN: _, ...others } = process.env;
  return spawn(process.execPath, [SERVER], {
    env: { ...others, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** @param {import('node:child_process').ChildProcess} child */
async function origin(child) {
  for await (const line of readline.createInterface({ input: child.stdout })) {
    const { msg } = JSON.parse(line);
    const [, found] = /Server listening at (.+)/.exec(msg) ?? [];
    if (found) return found;
  }
  throw new Error('it does not listen');
}

test('the example: a snapshot of a running service, and its end', async () => {
  const token = 'example-0123456789abcdef0123456789abcdef';
  const child = start({ HEAP_TOKEN: token, HEAP_DIR: path.join(dir, 'heaps') });
  const base = await origin(child);
  child.stdout.resume();
  assert.equal((await fetch(`${base}/pages/a`)).status, 200);
  assert.equal((await fetch(`${base}/internal/heap-snapshot`, { method: 'POST' })).status, 401);
  const answer = await fetch(`${base}/internal/heap-snapshot?wait=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  const { filePath, pauseMs } = await answer.json();
  assert.equal(answer.status, 200);
  assert.ok(fs.existsSync(filePath) && pauseMs > 0);
  for (const probe of ['ready', 'live']) assert.equal((await fetch(`${base}/${probe}`)).status, 200);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});

test('the example does not start without a key', async () => {
  const child = start({});
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit'), text(child.stdout)]);
  assert.equal(code, 1);
  assert.match(errors, /HEAPHOUND_ERR_NO_AUTH: .*HEAP|is the environment variable set/);
});
