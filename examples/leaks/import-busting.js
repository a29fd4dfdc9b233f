'use strict';
// A module is imported under a new name each time, to see its changes: no version is ever freed.
exports.leak = (i) => import(`./plugin/theme.mjs?version=${i}`);
exports.fixed = () => import('./plugin/theme.mjs');
exports.expect = {
  line: 'theme.mjs',
  kind: 'modules',
  classes: ['ModuleJob', 'ModuleWrap', 'Module', 'ModuleJobSync'],
  path: ['LoadCache'],
};
