'use strict';
// Numbers are not objects: only the array that holds them grows.
class Metrics {
  latencies = [0.5];
}
const metrics = new Metrics();
exports.operations = 401;
exports.leak = (i) => {
  metrics.latencies.push(i + 0.25);
};
exports.fixed = (i) => {
  metrics.latencies[0] = i + 0.25;
};
exports.expect = {
  line: 'class Metrics {',
  kind: 'growing-array',
  classes: ['Array'],
  path: ['Metrics', 'latencies', 'Array'],
};
