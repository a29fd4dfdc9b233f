'use strict';
// Few objects in each interval, and more in the first where that begins before the warm-up.
class Ticket {
  constructor(i) {
    this.title = `ticket ${i}`;
  }
}
const board = new Map();
exports.board = board;
exports.leak = (i) => {
  board.set(`ticket-${i}`, new Ticket(i));
};
exports.fixed = (i) => {
  board.set(`ticket-${i}`, new Ticket(i));
  board.delete(`ticket-${i - 1}`);
};
exports.warmup = 6;
exports.operations = 13;
exports.expect = { line: 'few-tickets.js', kind: 'growing-map', classes: ['Ticket'], path: ['board', 'Ticket'] };
