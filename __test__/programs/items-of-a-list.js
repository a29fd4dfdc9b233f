'use strict';
// A queue whose links hold an item each; and items that have a list of their own, which does not grow.
class Mail {
  constructor(number) {
    this.number = number;
  }
}
class Route {
  constructor(number) {
    this.number = number;
    for (let stop = 0; stop < 6; stop += 1) this.first = { next: this.first, stop };
  }
}

const queue = {};
const routes = new Map();
exports.kept = [queue, routes];
exports.leak = (number) => {
  queue.first = { item: new Mail(number), next: queue.first };
  routes.set(number, new Route(number));
};
exports.expect = {
  leaks: [
    ['Mail', 'growing-list'],
    ['Route', 'growing-map'],
  ],
};
