import { test } from 'node:test';
import { assertNoLeak } from 'heaphound/test';
import { SessionStore } from './session-store.ts';

const store = new SessionStore();

test('logging in and out does not leak', async () => {
  await assertNoLeak(() => store.logout(store.login('ada')));
});

test('logging in without logging out leaks', async () => {
  await assertNoLeak(() => void store.login('ada'));
});
