import { expect, test } from 'vitest';
import { assertNoLeak, checkpoint, countInstances } from 'heaphound/test';
import { Session, SessionStore } from './session-store.js';

const store = new SessionStore();

test('logging out the old way leaks', { timeout: 60_000 }, async () => {
  const visit = async () => store.forgetfulLogout(store.login('ada'));
  await expect(assertNoLeak(visit)).rejects.toThrow(/Session piles up in .*1 for each operation/);
});

test('logging in and out does not leak', { timeout: 60_000 }, async () => {
  await assertNoLeak(async () => store.logout(store.login('ada')));
});

test('sessions are counted', { timeout: 60_000 }, async () => {
  const [count, before] = [await countInstances(Session), await checkpoint()];
  const visit = store.login('grace');
  expect(await countInstances(Session)).toBe(count + 1);
  const diff = await before.diff();
  expect(diff).toHaveGrownBy({ className: 'Session', count: 1 });
  expect(diff).not.toHaveNoLeaks();
  store.logout(visit);
  expect(await before.diff()).toHaveNoLeaks();
});
