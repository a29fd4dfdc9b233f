'use strict';
// Each request makes an observer of its own for what one could watch for all.
const { PerformanceObserver } = require('node:perf_hooks');

const observe = (i) => {
  const observer = new PerformanceObserver((list) => list.getEntries().filter((entry) => entry.detail === i));
  observer.observe({ entryTypes: ['measure'] });
  return observer;
};
exports.leak = (i) => {
  observe(i);
};
exports.fixed = (i) => {
  observe(i).disconnect();
};
exports.expect = {
  line: 'const observer = new PerformanceObserver((list) => list.getEntries().filter((entry) => entry.detail === i));',
  kind: 'instances',
  classes: ['PerformanceObserver'],
  path: ['Set', 'PerformanceObserver'],
};
