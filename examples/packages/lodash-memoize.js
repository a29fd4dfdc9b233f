'use strict';
// The key is an object, of which every call has a new one.
const { memoize } = require('lodash');

class Page {
  constructor(post) {
    this.html = `<p>${post.id}</p>`;
  }
}
const render = memoize((post) => new Page(post));
exports.leak = (i) => {
  render({ id: i });
};
exports.fixed = (i) => {
  render(i % 8);
};
exports.expect = {
  line: 'exports.leak = (i) => {',
  kind: 'growing-map',
  classes: ['Page'],
  path: ['cache', 'MapCache', 'Map', 'Page'],
};
