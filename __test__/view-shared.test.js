'use strict';

// Questions of the viewer that share an answer, or wait for their turn; and the pages of a list.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const { pageOf, sorted } = require('../lib/view/page-of-rows');
const { Shared } = require('../lib/view/shared');
const { Turns } = require('../lib/view/turns');
const { Guard } = require('../lib/view/guard');
const { safeName } = require('../lib/view/drops');
const { Phases } = require('../lib/view/phases');

const left = new Error('left');

/** Work that ends when it is told to. */
function work() {
  const begun = [];
  const start = (signal) =>
    new Promise((resolve, reject) => {
      begun.push({ signal, resolve });
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  return { begun, start };
}

test('work that several requests wait for is done once, and ends when the last of them leaves', async () => {
  const shared = new Shared(2);
  const { begun, start } = work();
  const [one, other] = [new AbortController(), new AbortController()];
  const answers = [shared.get('a', one.signal, start), shared.get('a', other.signal, start)];
  assert.equal(begun.length, 1);
  one.abort(left);
  assert.equal(begun[0].signal.aborted, false);
  other.abort(left);
  assert.equal(begun[0].signal.aborted, true);
  for (const answer of answers) await assert.rejects(answer, left);
  const again = shared.get('a', new AbortController().signal, start);
  assert.equal(begun.length, 2, 'nothing is kept of it');
  begun[1].resolve(7);
  assert.equal(await again, 7);
  assert.equal(await shared.get('a', new AbortController().signal, start), 7);
  assert.equal(begun.length, 2);
});

test('one that leaves goes at once, and the others have the answer', async () => {
  const shared = new Shared(2);
  const { begun, start } = work();
  const one = new AbortController();
  const leaving = shared.get('a', one.signal, start);
  const staying = shared.get('a', new AbortController().signal, start);
  one.abort(left);
  await assert.rejects(leaving, left);
  begun[0].resolve('here');
  assert.equal(await staying, 'here');
});

test('a failure is not kept, and of answers the last ones are', async () => {
  const shared = new Shared(2);
  const { signal } = new AbortController();
  await assert.rejects(
    shared.get('a', signal, async () => Promise.reject(left)),
    left,
  );
  assert.equal(await shared.get('a', signal, async () => 1), 1);
  let made = 0;
  const count = async () => (made += 1);
  for (const key of ['b', 'c', 'b', 'd', 'b', 'c']) await shared.get(key, signal, count);
  assert.equal(made, 4, 'c was forgotten when d came');
});

test('so many questions run at once, the others in their order, and one that leaves never begins', async () => {
  const turns = new Turns(2);
  const running = [];
  const never = new AbortController().signal;
  const leaving = new AbortController();
  const ask = (name, signal = never) => {
    const { begun, start } = work();
    const answer = turns.take(signal, () => {
      running.push(name);
      return start(signal);
    });
    return { answer, end: () => begun[0].resolve(name) };
  };
  const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((name) => ask(name, name === 'c' ? leaving.signal : never));
  assert.deepEqual(running, ['a', 'b']);
  leaving.abort(left);
  await assert.rejects(c.answer, left);
  b.end();
  assert.equal(await b.answer, 'b');
  await turn();
  assert.deepEqual(running, ['a', 'b', 'd']);
  a.end();
  d.end();
  await turn();
  e.end();
  assert.deepEqual(await Promise.all([a.answer, d.answer, e.answer]), ['a', 'd', 'e']);
  await assert.rejects(
    turns.take(AbortSignal.abort(left), async () => 1),
    left,
  );
});

test('rows are sorted with unknown values last, in either direction', () => {
  const rows = [{ at: 1, n: 'b' }, { at: null, n: 'c' }, { at: 3, n: 'a' }, { n: 'd' }];
  const order = (wanted) =>
    sorted(rows, wanted, ({ n }) => [n])
      .map(({ n }) => n)
      .join('');
  assert.equal(order({ sort: 'at' }), 'abcd');
  assert.equal(order({ sort: 'at', direction: 'asc' }), 'bacd');
  assert.equal(order({ sort: 'n' }), 'abcd');
  assert.equal(order({ search: 'A' }), 'a');
  assert.equal(order({}), 'bcad');
  assert.equal(pageOf(Array(900).fill(0), { limit: 5000 }).length, 200);
});

test('the port of HTTP may be left out of a host name, and no other', () => {
  const check = (port, host) => {
    const guard = new Guard('secret');
    guard.listensOn(port);
    guard.check({ host }, false);
  };
  check(80, 'localhost');
  check(80, '127.0.0.1:80');
  assert.throws(() => check(81, 'localhost'), { code: 'HEAPHOUND_ERR_CROSS_SITE' });
});

test('the name of a dropped file is one part of a path', () => {
  const names = [
    '../../etc/passwd',
    'C:\\x\\a.heapsnapshot',
    '..',
    '.',
    '/',
    'a\u0000\n\u202eb',
    '.hidden',
    '漢'.repeat(300),
  ];
  for (const name of names) {
    const safe = safeName(name);
    assert.match(safe, /^[^/\\\p{C}]+$/u);
    assert.ok(!safe.startsWith('.') && Buffer.byteLength(safe) < 255, safe);
  }
  assert.equal(safeName('a b-1.heapsnapshot.gz'), 'a b-1.heapsnapshot.gz');
});

test('the progress of an open has a phase in words, and an estimate once there is something to go by', () => {
  const phases = new Phases();
  const told = (stage, done, total) => {
    phases.update({ stage, done, total, snapshot: 0 });
    return phases.toDocument();
  };
  assert.deepEqual(phases.toDocument(), {});
  assert.deepEqual(told('capturing', 5, 0), { phase: 'thawing the image' });
  assert.deepEqual(told('reading', 0, 100), { phase: 'reading', done: 0, total: 100 });
  const half = told('reading', 50, 100);
  assert.ok(Number.isInteger(half.remainingMs) && half.remainingMs >= 0);
  assert.equal(told('done', 0, 0).remainingMs, 0);
});
