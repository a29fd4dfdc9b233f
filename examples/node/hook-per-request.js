'use strict';
// Each request makes a hook of its own; nobody disables it.
const { createHook } = require('node:async_hooks');
exports.operations = 31;
exports.leak = (i) => {
  createHook({ init: () => i }).enable();
};
exports.fixed = (i) => {
  createHook({ init: () => i })
    .enable()
    .disable();
};
exports.expect = { known: 'a hook of async_hooks' };
