'use strict';
// Every request listens to the configuration and none stops listening.
const { EventEmitter } = require('node:events');

class RequestScope {
  constructor(id) {
    this.id = id;
    this.locale = `locale-${id}`;
  }
}

const config = new EventEmitter().setMaxListeners(0);

exports.leak = (i) => {
  const scope = new RequestScope(i);
  config.on('change', () => {
    scope.locale = '';
  });
};
exports.fixed = (i) => {
  const scope = new RequestScope(i);
  const listener = () => {
    scope.locale = '';
  };
  config.on('change', listener);
  config.off('change', listener);
};
exports.expect = {
  line: "config.on('change', () => {",
  kind: 'event-listeners',
  classes: ['RequestScope'],
  path: ['EventEmitter', '_events', 'Array', 'scope', 'RequestScope'],
  detail: { emitter: 'EventEmitter', event: 'change' },
};
