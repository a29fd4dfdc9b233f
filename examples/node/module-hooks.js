'use strict';
// Each plugin registers hooks of its own for import and require.
const { registerHooks } = require('node:module');
exports.leak = (i) => {
  registerHooks({ resolve: (name, context, next) => (name === `${i}` ? undefined : next(name, context)) });
};
exports.fixed = (i) => {
  registerHooks({ resolve: (name, context, next) => (name === `${i}` ? undefined : next(name, context)) }).deregister();
};
exports.expect = { known: 'hooks of module.registerHooks()', lines: [22, 24, 26] };
