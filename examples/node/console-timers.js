'use strict';
// Each request starts a timer of the console; nobody ends it.
exports.leak = (i) => {
  console.time(`request ${i}`);
};
exports.fixed = (i) => {
  const log = console.log;
  console.log = () => {};
  console.time(`request ${i}`);
  console.timeEnd(`request ${i}`);
  console.log = log;
};
exports.expect = { known: 'console.time() keeps' };
