'use strict';
// Every download listens whether the whole program stops. The first snapshot may be older than the warm-up, so the
// intervals are unequal; nothing of them ever goes.
const { setMaxListeners } = require('node:events');

const stopping = new AbortController();
setMaxListeners(0, stopping.signal);
exports.stopping = stopping;

exports.leak = (i) => {
  const download = { number: i, isStopped: false };
  stopping.signal.addEventListener('abort', () => {
    download.isStopped = true;
  });
};
exports.fixed = (i) => {
  const download = { number: i, isStopped: false };
  const stop = () => {
    download.isStopped = true;
  };
  stopping.signal.addEventListener('abort', stop);
  stopping.signal.removeEventListener('abort', stop);
};
exports.operations = 53;
exports.expect = {
  line: "stopping.signal.addEventListener('abort', () => {",
  kind: 'abort-listeners',
  classes: ['Listener'],
  path: ['signal', 'Listener'],
};
