'use strict';
// unpack() gives views of the message: who keeps sixteen bytes keeps all of it.
const { Packr, Unpackr } = require('msgpackr');

const packr = new Packr({ useRecords: false });
const views = new Unpackr({ useRecords: false });
const copies = new Unpackr({ useRecords: false, copyBuffers: true });
const seen = [];
const message = (i) => Buffer.from(packr.pack({ id: i, digest: Buffer.alloc(16, i), body: Buffer.alloc(65536, 1) }));
exports.leak = (i) => {
  seen.push(views.unpack(message(i)).digest);
};
exports.fixed = (i) => {
  seen.push(copies.unpack(message(i)).digest);
  if (seen.length > 8) seen.shift();
};
exports.expect = {
  line: 'exports.leak = (i) => {',
  kind: 'growing-array',
  classes: ['Buffer', 'ArrayBuffer', 'JSArrayBufferData'],
  path: ['seen', 'Array', 'ArrayBuffer'],
};
