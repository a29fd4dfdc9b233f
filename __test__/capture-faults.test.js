'use strict';

// What goes wrong with a copy, one thing after the other, in a process that serves: it answers every request, each
// failure has a code, nothing is left, and the next capture works. The end of the app itself is in `fork.test.js`;
// `benches/reliability.js` has the long form.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { EventEmitter, once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { Writable } = require('node:stream');
const { after, before, test } = require('node:test');
const { setTimeout: delay, setImmediate: turn } = require('node:timers/promises');
const { captureSnapshot } = require('..');
const { captureByFork, whyNoFork } = require('../lib/capture/fork');

const skip = whyNoFork() ?? false;
const KILLS = 6;
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
/** Enough that a copy takes a while, and more than a small disk. */
globalThis.kept = Array.from({ length: 3_000 }, (_, index) => ({ index, text: `kept ${index}` }));

let service;
before(async () => (service = await serve()));
after(async () => {
  fs.rmSync(dir, { recursive: true });
  await service.stop();
});

/** A server, and a client that asks it again and again. */
async function serve() {
  const server = http.createServer((request, response) => response.end(request.url));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const agent = new http.Agent({ keepAlive: true });
  const failures = [];
  const answers = new EventEmitter();
  let isOver = false;
  const ask = (index) =>
    new Promise((resolve) => {
      http
        .get({ host: '127.0.0.1', port, agent, path: `/${index}` }, async (response) => {
          let body = '';
          for await (const piece of response) body += piece;
          resolve(body === `/${index}` ? undefined : new Error(`${body} for /${index}`));
        })
        .on('error', resolve);
    });
  const asking = (async () => {
    for (let index = 0; !isOver; index += 1) {
      // The copy steps back behind the app, which must leave it something.
      await delay(2);
      const failure = await ask(index);
      if (failure) failures.push(failure);
      else answers.emit('answer');
    }
  })();
  const stop = async () => {
    isOver = true;
    await asking;
    agent.destroy();
    server.close();
  };
  return { failures, nextAnswer: () => once(answers, 'answer'), stop };
}

function children() {
  return fs.readdirSync('/proc/self/task').flatMap((task) => {
    try {
      return fs.readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  });
}

/** Without sockets, which come and go with the requests. */
function descriptors() {
  return fs.readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return !fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
}

/** The copy that is made next; undefined when the capture is over before. */
async function nextCopy(capturing) {
  let isOver = false;
  capturing.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  while (!isOver) {
    const [pid] = children();
    if (pid !== undefined) return pid;
    await turn();
  }
  return undefined;
}

/**
 * Runs a fault and looks at what it did.
 *
 * @param {string[]} codes that it may end with; `none`: it was too late
 * @param {(place: string) => Promise<unknown>} fault
 */
async function withstand(codes, fault, place = dir) {
  const open = descriptors();
  const code = await fault(place).then(
    () => 'none',
    (error) => error.code,
  );
  assert.ok(codes.includes(code), code);
  assert.deepEqual(children(), []);
  assert.equal(descriptors(), open);
  // An app that stands still gives none; how many it has given by now depends on how busy the machine is.
  await service.nextAnswer();
  assert.deepEqual(service.failures, []);
  if (code !== 'none') assert.deepEqual(fs.readdirSync(place), []);
  for (const name of fs.readdirSync(place)) fs.rmSync(path.join(place, name));
  return code;
}

test('a capture that nothing disturbs comes first', { skip }, async () => {
  await captureSnapshot({ dir, mode: 'fork' });
  for (const name of fs.readdirSync(dir)) fs.rmSync(path.join(dir, name));
});

test('the forked child is killed at some moment', { skip }, async () => {
  let killed = 0;
  for (let round = 0; round < KILLS; round += 1) {
    const code = await withstand(['HEAPHOUND_ERR_KILLED', 'none'], async (place) => {
      const capturing = captureSnapshot({ dir: place, mode: 'fork' });
      const pid = await nextCopy(capturing);
      await delay(round * 25);
      if (pid !== undefined && children().includes(pid)) process.kill(pid, 'SIGKILL');
      return capturing;
    });
    killed += code === 'none' ? 0 : 1;
  }
  assert.ok(killed > 0);
});

test('the forked child reaches the limit of its memory', { skip }, async () => {
  await withstand(['HEAPHOUND_ERR_NO_HEADROOM'], (place) =>
    captureByFork({ target: path.join(place, 'a'), compression: 'zstd', heap: {}, allowanceBytes: 4 << 20 }),
  );
});

test('the disk is full', { skip }, async (t) => {
  const small = path.join(dir, 'small');
  fs.mkdirSync(small);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', small]).status === 0) {
    try {
      await withstand(
        ['HEAPHOUND_ERR_NO_SPACE'],
        (place) => captureSnapshot({ dir: place, mode: 'fork', checkHeadroom: false }),
        small,
      );
    } finally {
      spawnSync('umount', [small]);
    }
  } else {
    t.diagnostic('nothing can be mounted here: a limit stands for the disk');
    await withstand(
      ['HEAPHOUND_ERR_MAX_BYTES'],
      (place) => captureSnapshot({ dir: place, mode: 'fork', maxBytes: 64 << 10 }),
      small,
    );
  }
  fs.rmdirSync(small);
});

test('the file grows beyond its budget', { skip }, async () => {
  await withstand(['HEAPHOUND_ERR_MAX_BYTES'], (place) =>
    captureSnapshot({ dir: place, mode: 'fork', maxBytes: 1000 }),
  );
});

test('the pipe that the snapshot goes through is closed', { skip }, async () => {
  await withstand(['HEAPHOUND_ERR_STREAM'], () =>
    captureSnapshot({
      mode: 'fork',
      stream: new Writable({
        write() {
          this.destroy();
        },
      }),
    }),
  );
});

test('nobody waits for it any more', { skip }, async () => {
  await withstand(['HEAPHOUND_ERR_TIMEOUT'], (place) => captureSnapshot({ dir: place, mode: 'fork', timeoutMs: 20 }));
});

test('after all of that a capture works, and no request was lost', { skip }, async () => {
  const { mode } = await captureSnapshot({ dir, mode: 'fork' });
  assert.equal(mode, 'fork');
  assert.deepEqual(service.failures, []);
});
