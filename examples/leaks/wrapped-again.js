'use strict';
// A function that is wrapped anew for each request: every wrapper keeps the one before.
const service = { handle: (request) => request.id };
exports.service = service;

function traced(handle, trace) {
  return function tracedHandle(request) {
    trace.spans += 1;
    return handle(request);
  };
}
exports.leak = (i) => {
  service.handle = traced(service.handle, { request: i, spans: 0 });
};
exports.fixed = (i) => traced(service.handle, { request: i, spans: 0 })({ id: i });
exports.expect = {
  line: 'return function tracedHandle(request) {',
  kind: 'closures',
  classes: ['tracedHandle()'],
  path: ['handle', 'tracedHandle()'],
};
