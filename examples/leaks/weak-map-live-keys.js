'use strict';
// A WeakMap frees a value with its key, and these keys live for ever.
class Account {
  constructor(id) {
    this.id = id;
  }
}
class Audit {
  constructor(id) {
    this.trail = [id];
  }
}
const accounts = Array.from({ length: 400 }, (_, id) => new Account(id));
const audits = new WeakMap();
exports.state = { accounts, audits };

exports.leak = (i) => {
  audits.set(accounts[i], new Audit(i));
};
exports.fixed = (i) => {
  audits.set(accounts[0], new Audit(i));
};
exports.expect = {
  line: 'constructor(id) {',
  kind: 'weak-map-live-keys',
  classes: ['Audit'],
  path: ['accounts', 'Array', 'Account', 'Audit'],
};
