'use strict';

// A small web shop that grows: docs/getting-started.md finds out why, step by step.

const http = require('node:http');
const { Carts } = require('./carts');

const PORT = Number(process.env.PORT ?? 3000);
const carts = new Carts();

const server = http.createServer((request, response) => {
  if (request.url === '/checkout') {
    const cart = carts.open();
    cart.add('a book');
    response.end(`${carts.checkOut(cart)}\n`);
  } else {
    response.writeHead(404).end();
  }
});

server.listen(PORT, '127.0.0.1', () => console.log(`the shop listens on port ${PORT}`));
process.on('SIGTERM', () => process.exit());
