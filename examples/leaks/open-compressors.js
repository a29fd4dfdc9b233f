'use strict';
// A compressor for each answer, kept until it ends, which it never does.
const zlib = require('node:zlib');

const open = new Set();
exports.operations = 31;
exports.leak = (i) => {
  const gzip = zlib.createGzip();
  open.add(gzip);
  gzip.on('close', () => open.delete(gzip));
  gzip.write(`answer ${i}`);
};
exports.fixed = async (i) => {
  const gzip = zlib.createGzip();
  open.add(gzip);
  const closed = new Promise((resolve) => {
    gzip.on('close', () => resolve(open.delete(gzip)));
  });
  gzip.write(`answer ${i}`);
  gzip.destroy();
  await closed;
};
exports.expect = {
  line: 'exports.leak = (i) => {',
  kind: 'streams',
  classes: ['Gzip'],
  path: ['Set', 'Gzip'],
};
