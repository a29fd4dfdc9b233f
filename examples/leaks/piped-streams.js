'use strict';
// A source a request, piped into the one log: the pipe is never undone.
const { PassThrough } = require('node:stream');

const log = new PassThrough().setMaxListeners(0);
log.resume();
class RequestLog extends PassThrough {}
exports.leak = () => {
  new RequestLog().pipe(log, { end: false });
};
exports.fixed = () => {
  const source = new RequestLog();
  source.pipe(log, { end: false });
  source.unpipe(log);
};
exports.expect = {
  line: 'exports.leak = () => {',
  kind: 'event-listeners',
  classes: ['RequestLog'],
  path: ['PassThrough', '_events', 'Array', 'RequestLog'],
};
