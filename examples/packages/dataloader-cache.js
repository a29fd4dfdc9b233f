'use strict';
// A loader for the process instead of one for each request: its cache has no end.
const DataLoader = require('dataloader');

class User {
  constructor(id) {
    this.id = id;
  }
}
const batch = async (ids) => ids.map((id) => new User(id));
const forever = new DataLoader(batch);
exports.leak = (i) => forever.load(i);
exports.fixed = (i) => new DataLoader(batch).load(i);
exports.expect = {
  line: 'exports.leak = (i) => forever.load(i);',
  kind: 'growing-map',
  classes: ['User', 'Promise'],
  path: ['DataLoader', '_cacheMap', 'Map'],
};
