'use strict';
// Reloading a module by deleting it from the cache: the parent's `children` keep every version.
const file = require.resolve('./plugin/settings.js');

exports.leak = () => {
  delete require.cache[file];
  require('./plugin/settings.js');
};
exports.fixed = () => {
  require('./plugin/settings.js');
};
exports.expect = {
  line: 'module-children.js',
  kind: 'modules',
  classes: ['Module'],
  path: ['Module', 'children', 'Array', 'Module'],
};
