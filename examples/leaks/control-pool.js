'use strict';
// A pool that grows to its size during the warm-up and is then used again and again.
class Worker {
  busy = false;
  run(i) {
    this.last = { job: i };
  }
}
const pool = [];
exports.leak = (i) => {
  if (pool.length < 16) pool.push(new Worker());
  pool[i % pool.length].run(i);
};
exports.expect = { classes: [], path: [] };
