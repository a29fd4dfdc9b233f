'use strict';
// A logger for each request, by name, in a table without an end.
const { Writable } = require('node:stream');
const pino = require('pino');

const root = pino({}, new Writable({ write: (chunk, encoding, done) => done() }));
const loggers = {};
exports.leak = (i) => (loggers[`request-${i}`] ??= root.child({ request: i })).info('handled');
exports.fixed = (i) => root.child({ request: i }).info('handled');
exports.expect = {
  line: "exports.leak = (i) => (loggers[`request-${i}`] ??= root.child({ request: i })).info('handled');",
  kind: 'growing-object',
  classes: ['Pino', 'Object'],
  path: ['loggers', 'Object'],
};
