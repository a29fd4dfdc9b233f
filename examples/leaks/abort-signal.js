'use strict';
// Every download listens to the signal of the whole program.
class Download {
  constructor(id) {
    this.id = id;
    this.chunks = [];
  }
  cancel() {
    this.chunks.length = 0;
  }
}
const controller = new AbortController();
require('node:events').setMaxListeners(0, controller.signal);
exports.controller = controller;

exports.leak = (i) => {
  const download = new Download(i);
  controller.signal.addEventListener('abort', () => download.cancel());
};
exports.fixed = (i) => {
  const download = new Download(i);
  const cancel = () => download.cancel();
  controller.signal.addEventListener('abort', cancel);
  controller.signal.removeEventListener('abort', cancel);
};
exports.expect = {
  line: "controller.signal.addEventListener('abort', () => download.cancel());",
  kind: 'abort-listeners',
  classes: ['Download'],
  path: ['signal', 'download', 'Download'],
  detail: { event: 'abort' },
};
