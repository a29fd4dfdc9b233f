'use strict';
// Each request asks for the same file by another path.
exports.leak = (i) => {
  require.resolve(`../leaks/${'./'.repeat(i % 500)}run.js`);
};
exports.fixed = () => {
  require.resolve('../leaks/run.js');
};
exports.expect = { known: 'require() and require.resolve()' };
