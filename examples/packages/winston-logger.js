'use strict';
// A logger for each request on one transport, which keeps the listeners of every logger that was piped into it.
const { Writable } = require('node:stream');
const winston = require('winston');

const sink = new Writable({ write: (chunk, encoding, done) => done() });
const transport = new winston.transports.Stream({ stream: sink }).setMaxListeners(0);
const shared = winston.createLogger({ transports: [transport] });
exports.leak = (i) => winston.createLogger({ defaultMeta: { requestId: i }, transports: [transport] }).info('handled');
exports.fixed = (i) => shared.child({ requestId: i }).info('handled');
exports.expect = {
  line: "exports.leak = (i) => winston.createLogger({ defaultMeta: { requestId: i }, transports: [transport] }).info('handled');",
  kind: 'event-listeners',
  classes: ['DerivedLogger', 'Logger'],
  path: ['_events', 'Array', 'DerivedLogger'],
};
