'use strict';
// Each upload is read through the stream of a Blob, which is given up.
exports.leak = async () => {
  await new Blob([Buffer.alloc(65536)]).stream().cancel();
};
exports.fixed = async () => {
  await new Blob([Buffer.alloc(65536)]).arrayBuffer();
};
exports.expect = { known: 'Blob.stream() keeps', lines: [], healthy: [20, 26] };
