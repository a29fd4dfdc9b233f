'use strict';
// Four parts of each message are kept: fewer pieces of memory than views of them.
const parts = [];
exports.parts = parts;
exports.leak = (number) => {
  const message = Buffer.from(new ArrayBuffer(40_000)).fill(number & 255);
  for (let part = 0; part < 4; part += 1) parts.push(message.subarray(part * 16, part * 16 + 16));
};
exports.expect = { leaks: [['Buffer', 'buffer-slices']], advice: /keep a copy/ };
