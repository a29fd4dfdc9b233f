'use strict';
// A label with a value of its own for each user: the counter keeps a row for each.
const { Counter } = require('prom-client');

const requests = new Counter({ name: 'http_requests_total', help: 'Requests', labelNames: ['route', 'user'] });
exports.leak = (i) => requests.inc({ route: '/', user: `user-${i}` });
exports.fixed = () => requests.inc({ route: '/', user: 'any' });
exports.expect = {
  line: "exports.leak = (i) => requests.inc({ route: '/', user: `user-${i}` });",
  kind: 'growing-object',
  classes: ['Object'],
  path: ['Counter', 'hashMap', 'Object'],
};
