'use strict';
// More jobs are under way at each snapshot than at the one before. They all end: with comparable ids that is seen.
class Job {
  began = new Date();
  constructor(i) {
    this.body = { text: `job ${i}` };
  }
}
const pending = new Map();
const underWay = [10, 40, 130];
let next = 0;

async function work() {
  const id = next++;
  const job = new Job(id);
  await new Promise((resolve) => {
    pending.set(id, { job, resolve });
  });
  job.ended = new Date();
}

async function finishAll() {
  const works = [...pending.values()];
  pending.clear();
  for (const { resolve } of works) resolve();
  await new Promise(setImmediate);
}

exports.leak = async () => {
  work();
  await finishAll();
};
exports.settle = async () => {
  await finishAll();
  for (let count = underWay.shift(); count > 0; count -= 1) work();
};
exports.expect = { classes: [], path: [], needsIds: true };
