'use strict';
// Each app keeps what belongs to a handler in a WeakMap of its own. The handlers live for ever, and yet it is the apps
// that hold the values.
class Injected {
  constructor(tenant) {
    this.tenant = tenant;
  }
}
class App {
  constructor(tenant) {
    this.injected = new WeakMap();
    for (const handler of handlers) this.injected.set(handler, new Injected(tenant));
  }
}
const handlers = [function list() {}, function show() {}];
const apps = new Set();
exports.handlers = handlers;

exports.leak = (i) => {
  apps.add(new App(`tenant${i}`));
};
exports.fixed = (i) => {
  apps.add(new App(`tenant${i}`)).clear();
};
exports.expect = {
  line: 'exports.leak = (i) => {',
  kind: 'growing-set',
  classes: ['App'],
  path: ['apps', 'Set', 'App'],
  file: 'apps-of-tenants.js',
};
