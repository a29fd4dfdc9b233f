'use strict';
// Listeners that stay when the widget goes.
const { EventEmitter } = require('eventemitter3');

const bus = new EventEmitter();
class Widget {
  constructor(id) {
    this.id = id;
    this.redraw = () => this.id;
    bus.on('change', this.redraw);
  }
}
exports.leak = (i) => {
  new Widget(i);
};
exports.fixed = (i) => {
  bus.off('change', new Widget(i).redraw);
};
exports.expect = {
  line: 'this.redraw = () => this.id;',
  kind: 'event-listeners',
  classes: ['Widget', 'EE'],
  path: ['EventEmitter', '_events', 'Array'],
};
