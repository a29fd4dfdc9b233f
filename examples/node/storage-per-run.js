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
      await Promise.resolve();
    });
  }
}
// Each in a turn of its own, as requests come: from Node.js 24 on, a flow that goes on remembers what ran in it.
const inTurn = (work) => new Promise((resolve) => setImmediate(() => resolve(work())));
exports.leak = (i) => inTurn(() => new Attempt(i).work());
exports.fixed = (i) =>
  inTurn(async () => {
    const attempt = new Attempt(i);
    await attempt.work();
    attempt.owner.disable();
  });
exports.expect = { known: 'an AsyncLocalStorage that ran', lines: [20, 22], healthy: [24, 26] };
