import { expect, test } from 'vitest';
import { assertNoLeak } from 'heaphound/test';
import { SessionStore } from './session-store';

const store = new SessionStore();
const places = /Session piles up in [^]*Class: Session, session-store\.ts:9:[^]*Map @\d+, session-store\.ts:15:/;

test('logging in without logging out leaks', { timeout: 120_000 }, async () => {
  await expect(assertNoLeak(() => void store.login('ada'))).rejects.toThrow(places);
});

test('logging in and out does not leak', { timeout: 120_000 }, async () => {
  await assertNoLeak(() => store.logout(store.login('ada')));
});
