'use strict';

// A shop that remembers the basket of every visitor, and forgets none. It knows nothing of heaphound. It prints its
// port.

const http = require('node:http');

class Basket {
  constructor(visitor) {
    this.visitor = visitor;
    this.items = [{ article: `article ${visitor % 40}`, count: 1 }];
    this.token = `basket-${visitor}-${'x'.repeat(64)}`;
  }
}

class Baskets {
  constructor() {
    this.open = new Map();
  }

  of(visitor) {
    if (!this.open.has(visitor)) this.open.set(visitor, new Basket(visitor));
    return this.open.get(visitor);
  }
}

const baskets = new Baskets();
let visitors = 0;

const server = http.createServer((request, response) => {
  // A crowd comes with each request, so that the end does not take all night.
  const crowd = Number(new URL(request.url ?? '/', 'http://shop').searchParams.get('crowd') ?? 1);
  for (const last = visitors + crowd; visitors < last; baskets.of(visitors)) visitors += 1;
  response.end(JSON.stringify(baskets.of(visitors).items));
});
server.listen(0, '127.0.0.1', () => console.log(/** @type {import('node:net').AddressInfo} */ (server.address()).port));
