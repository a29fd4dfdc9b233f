'use strict';
// Each request has a debug log of its own name.
const { debuglog } = require('node:util');
exports.leak = (i) => {
  debuglog(`request-${i}`)('x');
};
exports.fixed = () => {
  debuglog('request')('x');
};
exports.expect = {
  known: 'util.debuglog() keeps',
  begins: 'node:internal/util/debuglog',
  advice: 'The collection is of Node.js',
};
