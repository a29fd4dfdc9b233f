'use strict';
// Racing against a promise of the process: each race leaves its reactions with what they refer to.
class Job {
  constructor(id) {
    this.id = id;
    this.rows = [id, id + 1];
  }
}

const shutdown = new Promise(() => {});
const runtime = { shutdown };
exports.runtime = runtime;

exports.leak = (i) => {
  const job = new Job(i);
  runtime.shutdown.then(() => {
    job.rows.length = 0;
  });
};
exports.fixed = async (i) => {
  const job = new Job(i);
  await Promise.resolve(job);
};
exports.expect = {
  line: 'runtime.shutdown.then(() => {',
  kind: 'promises',
  classes: ['Job'],
  path: ['shutdown', 'Promise', 'reactions_or_result', 'PromiseReaction', 'job', 'Job'],
};
