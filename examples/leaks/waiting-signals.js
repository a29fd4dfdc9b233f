'use strict';
// A listener for each request on a time limit of an hour: Node.js keeps such a signal while somebody waits for it.
class Upload {
  constructor(id) {
    this.id = id;
    this.parts = [id];
  }
}
function begin(i) {
  const upload = new Upload(i);
  const limit = AbortSignal.timeout(3_600_000);
  const cancel = () => {
    upload.parts.length = 0;
  };
  limit.addEventListener('abort', cancel);
  return () => limit.removeEventListener('abort', cancel);
}
exports.leak = (i) => {
  begin(i);
};
exports.fixed = (i) => begin(i)();
exports.expect = {
  line: 'const cancel = () => {',
  kind: 'abort-listeners',
  classes: ['Upload'],
  path: ['Set', 'Upload'],
};
