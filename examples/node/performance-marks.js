'use strict';
// Each request marks its beginning on the timeline of the process; nobody takes the marks out.
const { performance } = require('node:perf_hooks');

exports.leak = (i) => {
  performance.mark('request', { detail: { id: i } });
};
exports.fixed = (i) => {
  performance.mark('request', { detail: { id: i } });
  performance.clearMarks('request');
};
exports.expect = { known: 'performance.mark() keeps' };
