'use strict';
// Each round mocks a method; nobody takes the mock away.
const { mock } = require('node:test');
const service = { handle: (i) => i };
exports.leak = () => {
  mock.method(service, 'handle');
};
exports.fixed = () => {
  mock.method(service, 'handle');
  mock.reset();
};
exports.expect = { known: 'mock.method() and mock.fn()' };
