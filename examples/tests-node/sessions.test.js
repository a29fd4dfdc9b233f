'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { assertNoLeak } = require('heaphound/test');
const { SessionStore } = require('./session-store');

const store = new SessionStore();

test('logging out the old way leaks', async () => {
  const visit = async () => store.forgetfulLogout(store.login('ada'));
  await assert.rejects(assertNoLeak(visit), /Session piles up in .*1 for each operation/);
});

test('logging in and out does not leak', async () => {
  await assertNoLeak(async () => store.logout(store.login('ada')));
});
