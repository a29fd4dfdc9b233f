'use strict';
// A short piece of a long text keeps the long text.
const seen = [];

const page = (i) => Buffer.alloc(40_000, `<p>line ${i}</p>`).toString('latin1');
exports.leak = (i) => {
  seen.push(page(i).slice(100, 150));
};
exports.fixed = (i) => {
  page(i).slice(100, 150);
};
exports.expect = {
  line: 'exports.leak = (i) => {',
  kind: 'string-slices',
  classes: ['(sliced string)', '(string)'],
  path: ['seen', 'Array', 'string'],
};
