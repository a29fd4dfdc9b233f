'use strict';
// Each request combines the signal of the server with one of its own.
const shutdown = new AbortController();

exports.leak = () => {
  AbortSignal.any([shutdown.signal, new AbortController().signal]);
};
exports.fixed = () => {
  new AbortController().signal.throwIfAborted();
};
exports.expect = { known: 'a signal that lives long', lines: [20, 22], healthy: [24, 26] };
