'use strict';
// Each run makes an AsyncLocalStorage of its own.
const { AsyncLocalStorage } = require('node:async_hooks');

class Attempt {
  constructor(id) {
    this.id = id;
    this.owner = new AsyncLocalStorage();
  }
  work() {
    return this.owner.run({ attempt: this.id }, async () => {
      await null;
    });
  }
}
exports.leak = async (i) => {
  await new Attempt(i).work();
};
exports.fixed = async (i) => {
  const attempt = new Attempt(i);
  await attempt.work();
  attempt.owner.disable();
};
exports.expect = { known: 'an AsyncLocalStorage that ran', lines: [20, 22] };
