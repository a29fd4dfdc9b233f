'use strict';
// Each request follows promises with a hook of its own.
const { promiseHooks } = require('node:v8');
exports.operations = 31;
exports.leak = (i) => {
  promiseHooks.onInit(() => i);
};
exports.fixed = (i) => {
  promiseHooks.onInit(() => i)();
};
exports.expect = { known: 'a hook of v8.promiseHooks' };
