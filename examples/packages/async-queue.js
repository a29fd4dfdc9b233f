'use strict';
// A queue that was paused and is still filled.
const { queue } = require('async');

class Mail {
  constructor(id) {
    this.id = id;
  }
}
const paused = queue((mail, done) => setImmediate(done), 1);
paused.pause();
const running = queue((mail, done) => setImmediate(done), 1);
exports.leak = (i) => {
  paused.push(new Mail(i));
};
exports.fixed = (i) => running.push(new Mail(i));
exports.expect = {
  line: 'exports.leak = (i) => {',
  kind: 'growing-list',
  classes: ['Mail', 'Node'],
  path: ['_tasks', 'DLL', 'Mail'],
};
