'use strict';
// Each client subscribes, and nobody unsubscribes.
const { Subject } = require('rxjs');

const prices = new Subject();
class Client {
  constructor() {
    this.last = 0;
    this.subscription = prices.subscribe((price) => {
      this.last = price;
    });
  }
}
exports.leak = (i) => {
  new Client();
  prices.next(i);
};
exports.fixed = () => new Client().subscription.unsubscribe();
exports.expect = {
  line: 'exports.leak = (i) => {',
  kind: 'instances',
  classes: ['Client', 'SafeSubscriber'],
  path: ['Subject', 'Array'],
};
