'use strict';

const { assertNoLeak, assertRetained, checkpoint, countInstances } = require('heaphound/test');
const { Session, SessionStore } = require('./session-store');

const store = new SessionStore();

test('logging out the old way leaks', async () => {
  const visit = async () => store.forgetfulLogout(store.login('ada'));
  await expect(assertNoLeak(visit)).rejects.toThrow(/Session piles up in .*1 for each operation/);
}, 60_000);

test('logging in and out does not leak', async () => {
  await assertNoLeak(async () => store.logout(store.login('ada')));
}, 60_000);

test('sessions are counted', async () => {
  const [count, before] = [await countInstances(Session), await checkpoint()];
  const visit = store.login('grace');
  expect(await countInstances(Session)).toBe(count + 1);
  const diff = await before.diff();
  expect(diff).toHaveGrownBy({ className: 'Session', count: 1 });
  expect(diff).not.toHaveNoLeaks();
  store.logout(visit);
  expect(await before.diff()).toHaveNoLeaks();
}, 60_000);

test('there is one store', async () => {
  expect(await assertRetained({ SessionStore: 1 })).toEqual({ SessionStore: 1 });
  const none = assertRetained({ SessionStore: 0 });
  await expect(none).rejects.toThrow(/SessionStore: 1 object is alive, and 0 are allowed[^]*variable store/);
}, 60_000);
