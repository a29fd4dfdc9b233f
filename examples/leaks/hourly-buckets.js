'use strict';
// One array for each hour: no array grows at every step, and nobody drops the old ones. The class grows, but no place
// does.
class Hit {
  constructor(i) {
    this.path = `/items/${i}`;
  }
}
const hours = {};
const hour = (i) => `hour${i >> 4}`;
exports.leak = (i) => {
  (hours[hour(i)] ??= []).push(new Hit(i));
};
exports.fixed = (i) => {
  (hours[hour(i)] ??= []).push(new Hit(i));
  for (const other of Object.keys(hours)) if (other !== hour(i)) delete hours[other];
};
exports.warmup = 12;
exports.operations = 7;
exports.expect = {
  line: 'exports.leak = (i) => {',
  kind: 'growing-array',
  classes: ['Hit'],
  path: ['hours', 'Array', 'Hit'],
  file: 'hourly-buckets.js',
};
