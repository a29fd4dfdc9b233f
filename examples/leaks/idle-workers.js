'use strict';
// A worker a job, which waits for a next job that never comes.
const { Worker } = require('node:worker_threads');

exports.operations = 7;
exports.warmup = 2;
const start = () =>
  new Promise((resolve) => {
    const worker = new Worker('require("node:worker_threads").parentPort.on("message", () => {})', { eval: true });
    worker.once('online', () => resolve(worker));
  });
exports.leak = async () => {
  await start();
};
exports.fixed = async () => {
  await (await start()).terminate();
};
exports.expect = {
  line: 'idle-workers.js',
  kind: 'workers',
  classes: ['Worker'],
  path: ['Worker'],
};
