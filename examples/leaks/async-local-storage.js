'use strict';
// A timer that is started inside a request keeps the store of that request.
const { AsyncLocalStorage } = require('node:async_hooks');

class RequestStore {
  constructor(id) {
    this.id = id;
    this.user = { name: `user-${id}` };
  }
}
const storage = new AsyncLocalStorage();

exports.leak = (i) =>
  storage.run(new RequestStore(i), () => {
    setInterval(() => {}, 3_600_000).unref();
  });
exports.fixed = (i) =>
  storage.run(new RequestStore(i), () => {
    clearInterval(setInterval(() => {}, 3_600_000));
  });
exports.expect = {
  line: 'setInterval(() => {}, 3_600_000).unref();',
  kind: 'async-context',
  classes: ['RequestStore', 'Timeout'],
  path: ['TimersList', 'Timeout', 'RequestStore'],
};
