'use strict';
// maxAge without max: lru-cache 6 drops an entry that is too old only when the same key is asked for again.
const LRU = require('lru-cache');

class GeoRecord {
  constructor(address) {
    this.address = address;
    this.country = 'FR';
  }
}
const unlimited = new LRU({ maxAge: 20 });
const limited = new LRU({ max: 15, maxAge: 20 });
const lookup = (cache, address) => cache.get(address) ?? cache.set(address, new GeoRecord(address));
exports.leak = (i) => lookup(unlimited, `10.1.0.${i}`);
exports.fixed = (i) => lookup(limited, `10.1.0.${i}`);
exports.expect = {
  line: 'exports.leak = (i) => lookup(unlimited, `10.1.0.${i}`);',
  kind: 'growing-map',
  classes: ['GeoRecord', 'Entry'],
  path: ['LRUCache', 'Map'],
};
