'use strict';
// The default store of express-session keeps a session until somebody asks for it after its end.
const { MemoryStore } = require('express-session');

const store = new MemoryStore();
exports.leak = (i) => store.set(`sid-${i}`, { cookie: {}, user: { id: i, name: `user ${i}` } });
exports.fixed = (i) => {
  exports.leak(i);
  store.destroy(`sid-${i}`);
};
exports.expect = {
  line: 'exports.leak = (i) => store.set(`sid-${i}`, { cookie: {}, user: { id: i, name: `user ${i}` } });',
  kind: 'growing-object',
  classes: ['(concatenated string)', '(string)'],
  path: ['MemoryStore', 'sessions', 'Object'],
};
