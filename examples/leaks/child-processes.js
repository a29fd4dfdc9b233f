'use strict';
// A process for each job, which waits for input that nobody sends.
const { spawn } = require('node:child_process');
const { once } = require('node:events');

exports.operations = 7;
exports.warmup = 2;
const start = async () => {
  // It ends with its input, at the latest when this process does.
  const child = spawn('cat', { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdout.resume();
  await once(child, 'spawn');
  return child;
};
exports.leak = async () => {
  await start();
};
exports.fixed = async () => {
  const child = await start();
  child.stdin.end();
  await once(child, 'close');
};
exports.expect = {
  line: 'child-processes.js',
  kind: 'native-handles',
  classes: ['ChildProcess'],
  path: ['ChildProcess'],
};
