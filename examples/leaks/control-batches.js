'use strict';
// Records wait until there are a hundred, then they are written out: what waits differs from one snapshot to the next.
class Record {
  constructor(id) {
    this.id = id;
  }
}
let batch = [];
exports.leak = (i) => {
  batch.push(new Record(i));
  if (batch.length === 100) batch = [];
};
exports.expect = { classes: [], path: [] };
