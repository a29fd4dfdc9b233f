'use strict';
// The head of each message is kept, as four views of the whole message.
const heads = [];
exports.heads = heads;

const receive = (i) => Buffer.from(new ArrayBuffer(40_000)).fill(i & 255);
const PARTS = [0, 16, 32, 48];
exports.leak = (i) => {
  const message = receive(i);
  for (const at of PARTS) heads.push(message.subarray(at, at + 16));
};
exports.fixed = (i) => {
  const message = receive(i);
  heads.length = 0;
  for (const at of PARTS) heads.push(Buffer.from(message.subarray(at, at + 16)));
};
exports.expect = {
  line: 'parts-of-messages.js',
  kind: 'buffer-slices',
  classes: ['Buffer'],
  path: ['heads', 'Array', 'Buffer'],
};
