'use strict';
// A text to which every request adds a line.
class AccessLog {
  text = '';
}
const log = new AccessLog();
exports.leak = (i) => {
  log.text += `GET /posts/${i} 200 ${'x'.repeat(20)}\n`;
};
exports.fixed = (i) => {
  log.text = `GET /posts/${i} 200 ${'x'.repeat(20)}\n`;
};
exports.expect = {
  line: 'class AccessLog {',
  kind: 'growing-text',
  classes: ['(concatenated string)', '(string)'],
  path: ['AccessLog', 'text', 'string'],
};
