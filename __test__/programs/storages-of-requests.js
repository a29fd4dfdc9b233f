'use strict';
// An AsyncLocalStorage for each request, which an application keeps, and marks that nobody takes out.
const { AsyncLocalStorage } = require('node:async_hooks');

const storages = [];
exports.storages = storages;
exports.leak = () => {
  storages.push(new AsyncLocalStorage());
};
exports.expect = {
  leaks: [['AsyncLocalStorage', undefined]],
  advice: /one AsyncLocalStorage for the program, or call `disable\(\)`/,
};
