'use strict';
// A cache that is still filling in the first interval and full in the second.
class Entry {
  constructor(id) {
    this.body = `body ${id}`;
  }
}
const cache = new Map();
exports.leak = (i) => {
  cache.set(i, new Entry(i));
  if (cache.size > 110) cache.delete(cache.keys().next().value);
};
exports.expect = { classes: [], path: [] };
