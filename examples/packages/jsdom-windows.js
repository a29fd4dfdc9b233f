'use strict';
// A document that is kept keeps its window, and all that a window is made of.
const { JSDOM } = require('jsdom');

const rendered = [];
exports.warmup = 3;
exports.operations = 7;
exports.leak = (i) => {
  rendered.push(new JSDOM(`<p>${i}</p>`).window.document);
};
exports.fixed = (i) => new JSDOM(`<p>${i}</p>`).window.close();
exports.expect = {
  line: 'exports.leak = (i) => {',
  kind: 'growing-array',
  classes: ['DocumentImpl', 'Document', 'Window'],
  path: ['rendered', 'Array', 'Document'],
};
