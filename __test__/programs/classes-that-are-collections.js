'use strict';
// Classes of the program that extend a collection.
class Registry extends Map {}
class Marks extends Set {}
class History extends Array {}
class Visit {
  constructor(number) {
    this.number = number;
  }
}
class Mark extends Visit {}
class Step extends Visit {}

exports.registry = new Registry();
exports.marks = new Marks();
exports.history = new History();
exports.leak = (number) => {
  exports.registry.set(number, new Visit(number));
  exports.marks.add(new Mark(number));
  exports.history.push(new Step(number));
};
exports.expect = {
  leaks: [
    ['Mark', 'growing-set'],
    ['Step', 'growing-array'],
    ['Visit', 'growing-map'],
  ],
};
