'use strict';
// One listener, which was there before, has the list that grows.
const { EventEmitter } = require('node:events');

class Change {
  constructor(number) {
    this.number = number;
  }
}

const bus = new EventEmitter();
const remember = (change) => remember.changes.push(change);
remember.changes = [];
bus.on('change', remember);
exports.bus = bus;
exports.leak = (number) => bus.emit('change', new Change(number));
exports.expect = { leaks: [['Change', 'growing-array']] };
