'use strict';
// One timer, which was there before, holds the list that grows.
class Sample {
  constructor(number) {
    this.number = number;
  }
}

let samples;
exports.before = () => {
  const list = [];
  setInterval((all) => all.push(new Sample(0)), 1e8, list);
  samples = new WeakRef(list);
};
exports.leak = (number) => samples.deref().push(new Sample(number));
exports.expect = { leaks: [['Sample', 'growing-array']] };
