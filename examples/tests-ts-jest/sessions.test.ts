import { expect, test } from '@jest/globals';
import { assertNoLeak } from 'heaphound/test';
import { SessionStore } from './session-store';

const store = new SessionStore();
const places = /Session piles up in [^]*Class: Session, session-store\.ts:9:[^]*Map @\d+, session-store\.ts:15:/;

test('logging in without logging out leaks', async () => {
  await expect(assertNoLeak(() => void store.login('ada'))).rejects.toThrow(places);
}, 120_000);

test('logging in and out does not leak', async () => {
  await assertNoLeak(() => store.logout(store.login('ada')));
}, 120_000);
