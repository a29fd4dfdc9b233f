'use strict';
// Somebody looks at the first event of an iterator, and at no other.
const { EventEmitter, on } = require('node:events');
const orders = new EventEmitter();
class Order {
  constructor(id) {
    this.id = id;
  }
}
let iterator;
exports.before = () => {
  iterator = on(orders, 'order');
};
exports.leak = (i) => {
  orders.emit('order', new Order(i));
};
exports.fixed = async (i) => {
  orders.emit('order', new Order(i));
  await iterator.next();
};
exports.expect = { known: 'an iterator of events.on()' };
