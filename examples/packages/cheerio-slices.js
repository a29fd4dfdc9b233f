'use strict';
// A title that was cut out of a page keeps the page.
const cheerio = require('cheerio');

const titles = new Map();
const page = (i) => `<title>The title of page ${i} is long enough</title><p>${'text '.repeat(9000)}${i}</p>`;
const title = (html) => {
  cheerio.load(html)('title').text();
  return /<title>(.*?)<\/title>/.exec(html)[1];
};
exports.operations = 53;
exports.leak = (i) => {
  titles.set(i, title(page(i)));
};
exports.fixed = (i) => {
  titles.set(i % 8, title(page(i)));
};
exports.expect = {
  line: 'exports.leak = (i) => {',
  kind: 'string-slices',
  classes: ['(sliced string)', '(string)'],
  path: ['titles', 'Map', '(sliced string)'],
};
