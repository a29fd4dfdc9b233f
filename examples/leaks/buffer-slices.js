'use strict';
// Sixteen bytes of each message are kept, and with them all of it. A snapshot does not say how much of its memory a
// Buffer shows.
class Digests {
  list = [];
}
exports.digests = new Digests();

const message = (i) => Buffer.from(new ArrayBuffer(65_536)).fill(i & 255);
exports.leak = (i) => {
  exports.digests.list.push(message(i).subarray(0, 16));
};
exports.fixed = (i) => {
  exports.digests.list = [Buffer.from(message(i).subarray(0, 16))];
};
exports.expect = {
  line: 'class Digests {',
  kind: 'growing-array',
  classes: ['Buffer', 'system / JSArrayBufferData'],
  path: ['Digests', 'list', 'Array', 'Buffer', 'buffer', 'ArrayBuffer', 'backing_store', 'JSArrayBufferData'],
};
