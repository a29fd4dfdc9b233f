'use strict';
// Each request listens on the combination of the server's signal with one of its own, which it aborts at the end.
const shutdown = new AbortController();

function request(i) {
  const own = new AbortController();
  const both = AbortSignal.any([shutdown.signal, own.signal]);
  const cancel = () => i;
  both.addEventListener('abort', cancel);
  return { own, both, cancel };
}
exports.leak = (i) => {
  request(i).own.abort();
};
exports.fixed = (i) => {
  const { both, cancel } = request(i);
  both.removeEventListener('abort', cancel);
};
exports.expect = { known: 'a signal of AbortSignal.any() or', lines: [20, 22], healthy: [24, 26] };
