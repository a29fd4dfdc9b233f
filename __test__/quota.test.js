'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { Quota } = require('../lib/quota');

const DAY_MS = 24 * 3600_000;

test('a quota is full for as long as its captures are younger than 24 hours', () => {
  const quota = new Quota(2);
  quota.take(0);
  assert.deepEqual([quota.used(1000), quota.waitMs(1000)], [1, 0]);
  quota.take(1000);
  assert.deepEqual([quota.used(2000), quota.waitMs(2000)], [2, DAY_MS - 2000]);
  assert.deepEqual([quota.used(DAY_MS), quota.waitMs(DAY_MS)], [1, 0], 'the first is a day old');
});

test('a capture that did nothing is taken back, and only that one', () => {
  const quota = new Quota(2);
  quota.take(0);
  const takeBack = quota.take(1000);
  takeBack();
  takeBack();
  assert.deepEqual([quota.used(2000), quota.waitMs(2000)], [1, 0]);
});

test('a quota of none lets nothing begin', () => {
  assert.equal(new Quota(0).waitMs(5), DAY_MS);
});
