'use strict';
// As many contexts grow as ArrayBuffers, elsewhere: they have nothing to do with each other.
const vm = require('node:vm');

exports.buffers = [];
exports.contexts = [];
exports.operations = 7;
exports.warmup = 7;
exports.leak = (number) => {
  exports.buffers.push(new ArrayBuffer(1 << 16));
  exports.contexts.push(vm.createContext({ number }));
};
exports.expect = {
  leaks: [
    ['ArrayBuffer', 'growing-array'],
    ['Object', 'contexts'],
  ],
};
