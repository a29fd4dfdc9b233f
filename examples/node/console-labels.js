'use strict';
// A label for each request.
console.debug = console.log = () => {};
exports.leak = (i) => {
  console.count(`request ${i}`);
};
exports.fixed = () => {
  console.count('request');
};
exports.expect = { known: 'console.count() keeps' };
