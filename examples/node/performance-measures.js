'use strict';
// Each request is measured on the timeline of the process; nobody takes the measures out.
const { performance } = require('node:perf_hooks');

exports.leak = (i) => {
  performance.measure('request', { start: 0, end: 1, detail: { id: i } });
};
exports.fixed = (i) => {
  performance.measure('request', { start: 0, end: 1, detail: { id: i } });
  performance.clearMeasures('request');
};
exports.expect = { known: 'performance.measure() keeps' };
