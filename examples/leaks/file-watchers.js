'use strict';
// A watcher a request, on the same file; only the handle of the event loop holds it.
const fs = require('node:fs');

exports.operations = 31;
class Reloader {
  constructor(id) {
    this.id = id;
    this.watcher = fs.watch(__filename, { persistent: false }, () => {
      this.id += 1;
    });
  }
  close() {
    this.watcher.close();
  }
}
exports.leak = (i) => {
  new Reloader(i);
};
exports.fixed = (i) => {
  new Reloader(i).close();
};
exports.expect = {
  line: 'this.watcher = fs.watch(__filename, { persistent: false }, () => {',
  kind: 'native-handles',
  classes: ['Reloader', 'FSWatcher', 'FSEvent'],
  path: ['FSEvent', 'FSWatcher'],
};
