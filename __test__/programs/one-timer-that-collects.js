'use strict';
// One timer, which was there before, holds the list that grows.
class Sample {
  constructor(number) {
    this.number = number;
  }
}

const samples = [];
let number = 0;
exports.before = () => setInterval((list) => list.push(new Sample(number)), 1e8, samples);
exports.leak = (turn) => {
  number = turn;
  samples.push(new Sample(turn));
};
exports.expect = { leaks: [['Sample', 'growing-array']] };
