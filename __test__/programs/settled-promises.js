'use strict';
// A cache of answers, which keeps promises that are settled.
class Answer {
  constructor(number) {
    this.number = number;
  }
}

const answers = new Map();
const texts = [];
exports.kept = [answers, texts];
exports.leak = (number) => {
  answers.set(number, Promise.resolve(new Answer(number)));
  texts.push(Promise.resolve(`answer ${number}`));
};
exports.expect = {
  leaks: [
    ['Answer', 'growing-map'],
    ['Promise', 'growing-array'],
  ],
};
