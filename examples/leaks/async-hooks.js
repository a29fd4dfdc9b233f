'use strict';
// A hook a request, to follow what it starts; none is disabled.
const { createHook } = require('node:async_hooks');

class Trace {
  constructor(id) {
    this.id = id;
    this.started = 0;
    this.hook = createHook({
      init: () => {
        this.started += 1;
      },
    }).enable();
  }
}
exports.operations = 31;
exports.leak = (i) => {
  new Trace(i);
};
exports.fixed = (i) => {
  new Trace(i).hook.disable();
};
exports.expect = {
  line: 'init: () => {',
  kind: 'async-context',
  classes: ['Trace', 'AsyncHook'],
  path: ['Array', 'AsyncHook'],
};
