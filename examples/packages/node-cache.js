'use strict';
// A cache for each request. Its timer lives on, and holds it, until somebody calls close().
const NodeCache = require('node-cache');

const open = (i) => {
  const cache = new NodeCache({ stdTTL: 60, checkperiod: 600 });
  cache.set('user', { id: i });
  return cache;
};
exports.leak = (i) => {
  open(i);
};
exports.fixed = (i) => open(i).close();
exports.expect = {
  line: 'node-cache.js',
  kind: 'timers',
  classes: ['NodeCache', 'Timeout'],
  path: ['TimersList', 'Timeout', 'NodeCache'],
};
