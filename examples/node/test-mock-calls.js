'use strict';
// One mock for all rounds remembers every call.
const { mock } = require('node:test');
class Order {
  constructor(id) {
    this.id = id;
  }
}
const handle = mock.fn((order) => order.id);
exports.leak = (i) => {
  handle(new Order(i));
};
exports.fixed = (i) => {
  handle(new Order(i));
  handle.mock.resetCalls();
};
exports.expect = { known: 'a mock of node:test' };
