'use strict';
// Code that is loaded when it is first needed, some of it in every interval.
const modules = [
  'zlib',
  'http2',
  'tls',
  'readline',
  'dgram',
  'repl',
  'worker_threads',
  'perf_hooks',
  'cluster',
  'inspector',
  'wasi',
  'sqlite',
];
exports.leak = (i) => {
  if (i % 20 !== 5) return;
  try {
    require(`node:${modules[(i - 5) / 20]}`);
  } catch {
    // Not in this line of Node.js.
  }
};
exports.expect = { classes: [], path: [] };
