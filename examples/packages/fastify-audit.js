'use strict';
// A hook that writes down every request.
const fastify = require('fastify');

class AuditEntry {
  constructor(url) {
    this.url = url;
  }
}
const audit = [];
const app = fastify();
let isOn = true;
app.addHook('onRequest', async (request) => {
  if (isOn) audit.push(new AuditEntry(request.url));
});
app.get('/', async () => 'hello');
exports.before = () => app.ready();
exports.leak = () => app.inject('/');
exports.fixed = () => {
  isOn = false;
  return app.inject('/');
};
exports.expect = {
  line: "exports.leak = () => app.inject('/');",
  kind: 'growing-array',
  classes: ['AuditEntry'],
  path: ['audit', 'Array', 'AuditEntry'],
};
