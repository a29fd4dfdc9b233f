'use strict';
// Metrics of thirty-seven routes and five statuses: every series is there soon, and then only its numbers change.
class Series {
  buckets = new Array(20).fill(0);
  sum = 0;
}
const series = new Map();
exports.leak = (i) => {
  for (let more = 0; more < 4; more += 1) {
    const turn = i * 4 + more;
    const key = `route-${turn % 37} ${200 + (turn % 5)}`;
    if (!series.has(key)) series.set(key, new Series());
    const one = series.get(key);
    one.buckets[turn % 20] += 1;
    one.sum += turn;
  }
};
exports.warmup = 50;
exports.expect = { classes: [], path: [] };
