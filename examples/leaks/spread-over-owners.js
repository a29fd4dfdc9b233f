'use strict';
// Forty users gather a history; no single one grows by much.
class Visit {
  constructor(page) {
    this.page = page;
  }
}
class User {
  history = [];
}
const users = Array.from({ length: 40 }, () => new User());
exports.users = users;

exports.leak = (i) => {
  users[i % 40].history.push(new Visit(i));
};
exports.fixed = (i) => {
  users[i % 40].history = [new Visit(i)];
};
exports.warmup = 80;
exports.expect = {
  line: 'class User {',
  kind: 'growing-array',
  classes: ['Visit'],
  path: ['users', 'Array', 'User', 'history', 'Array', 'Visit'],
};
