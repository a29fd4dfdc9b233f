'use strict';
// A sandbox a template, and a cache that keeps a function of each.
const vm = require('node:vm');

const templates = [];
exports.templates = templates;
exports.operations = 7;
exports.warmup = 2;
const compile = (i) => vm.runInNewContext(`(data) => data + ${i}`);
exports.leak = (i) => {
  templates.push(compile(i));
};
exports.fixed = (i) => {
  templates[0] = compile(i);
};
exports.expect = {
  line: 'vm-contexts.js',
  kind: 'contexts',
  classes: ['(closure)'],
  path: ['templates', 'Array', 'closure'],
};
