'use strict';

const assert = require('node:assert/strict');
const { getEventListeners } = require('node:events');
const { test } = require('node:test');
const { firstOf } = require('../waits/signal');

test('the first signal that fires gives the reason', () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const { signal } = firstOf([one.signal, undefined, other.signal]);
  assert.equal(signal.aborted, false);
  other.abort('other');
  one.abort('one');
  assert.deepEqual([signal.aborted, signal.reason], [true, 'other']);
});

test('a signal that has fired before counts at once', () => {
  assert.equal(firstOf([new AbortController().signal, AbortSignal.abort('before')]).signal.reason, 'before');
});

test('a signal that lives on keeps no listener of a wait that is over', () => {
  const longLived = new AbortController().signal;
  const { signal, forget } = firstOf([longLived]);
  assert.equal(getEventListeners(longLived, 'abort').length, 1);
  forget();
  assert.equal(getEventListeners(longLived, 'abort').length, 0);
  assert.equal(signal.aborted, false);
});
