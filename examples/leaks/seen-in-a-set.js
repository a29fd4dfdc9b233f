'use strict';
// Every visitor is marked as seen, and none is ever forgotten.
class Visitor {
  constructor(id) {
    this.id = id;
  }
}
class Greeter {
  greeted = new Set();
  greet(visitor) {
    this.greeted.add(visitor);
  }
}
const greeter = new Greeter();
exports.leak = (i) => {
  greeter.greet(new Visitor(i));
};
exports.fixed = (i) => {
  const visitor = new Visitor(i);
  greeter.greet(visitor);
  greeter.greeted.delete(visitor);
};
exports.expect = {
  line: 'class Greeter {',
  kind: 'growing-set',
  classes: ['Visitor'],
  path: ['Greeter', 'greeted', 'Set', 'Visitor'],
};
