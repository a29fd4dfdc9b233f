'use strict';
// Uploads that were started and never finished or destroyed: the list of what runs keeps their buffers.
const { PassThrough } = require('node:stream');

class Uploads {
  running = [];
  start(chunk) {
    const upload = new PassThrough();
    upload.write(chunk);
    this.running.push(upload);
    return upload;
  }
}
const uploads = new Uploads();
exports.leak = (i) => {
  uploads.start(`part ${i}`);
};
exports.fixed = (i) => {
  uploads.start(`part ${i}`).destroy();
  uploads.running.pop();
};
exports.expect = {
  line: 'class Uploads {',
  kind: 'streams',
  classes: ['PassThrough'],
  path: ['Uploads', 'running', 'Array', 'PassThrough'],
};
