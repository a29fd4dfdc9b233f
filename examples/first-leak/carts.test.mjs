import { test } from 'node:test';
import { assertNoLeak } from 'heaphound/test';
import { Carts } from './carts.js';

const carts = new Carts();

test('a checkout does not leak', async () => {
  await assertNoLeak(() => {
    const cart = carts.open();
    cart.add('a book');
    carts.checkOut(cart);
  });
});
