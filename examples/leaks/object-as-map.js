'use strict';
// Rate limits by client in a plain object; the window of a client that does not come again stays.
class Window {
  constructor(start) {
    this.start = start;
  }
}
const limiter = { windows: {} };
exports.leak = (i) => {
  limiter.windows[`client-${i}`] = new Window(i);
};
exports.fixed = (i) => {
  limiter.windows[`client-${i}`] = new Window(i);
  delete limiter.windows[`client-${i}`];
};
exports.expect = {
  line: 'exports.leak = (i) => {',
  kind: 'growing-object',
  classes: ['Window'],
  path: ['limiter', 'windows', 'Object', 'Window'],
};
