'use strict';
// Each request subscribes to a channel.
const channels = require('node:diagnostics_channel');
const subscribe = (i) => {
  const listener = () => i;
  channels.subscribe('app.request', listener);
  return listener;
};
exports.leak = (i) => {
  subscribe(i);
};
exports.fixed = (i) => {
  channels.unsubscribe('app.request', subscribe(i));
};
exports.expect = { known: 'a subscriber of a channel' };
