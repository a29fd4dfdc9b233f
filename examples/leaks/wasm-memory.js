'use strict';
// The memory of a WebAssembly module only grows. Whoever calls the module looks at its memory again after that: from
// Node 26 on, a snapshot has the bytes only once somebody did.
const memory = new WebAssembly.Memory({ initial: 1 });
exports.engine = { memory, view: () => new Uint8Array(memory.buffer) };

exports.operations = 7;
exports.leak = () => {
  memory.grow(1);
  exports.engine.view();
};
exports.fixed = () => {
  exports.engine.view().fill(1);
};
exports.expect = {
  line: 'wasm-memory.js',
  kind: 'external-memory',
  classes: ['system / JSArrayBufferData', 'ArrayBuffer'],
  path: ['engine', 'memory', 'ArrayBuffer', 'backing_store', 'JSArrayBufferData'],
};
