'use strict';
// A cache that evicts: full since the warm-up, new entries all the time.
class Entry {
  constructor(id) {
    this.body = `body ${id}`;
  }
}
const cache = new Map();
exports.warmup = 60;
exports.leak = (i) => {
  cache.set(i, new Entry(i));
  if (cache.size > 50) cache.delete(cache.keys().next().value);
};
exports.expect = { classes: [], path: [] };
