'use strict';
// A library that makes its classes by one function, and gives each a name.
function classNamed(name) {
  function _(number) {
    this.number = number;
  }
  Object.defineProperty(_, 'name', { value: name });
  return _;
}

const Text = classNamed('TextSchema');
const Shape = classNamed('ShapeSchema');
const texts = new Map();
const shapes = new Set();
exports.kept = [texts, shapes];
exports.leak = (number) => {
  texts.set(number, new Text(number));
  shapes.add(new Shape(number));
};
exports.expect = {
  leaks: [
    ['ShapeSchema', 'growing-set'],
    ['TextSchema', 'growing-map'],
  ],
};
