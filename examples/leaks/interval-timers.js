'use strict';
// A poller a request; nobody calls stop().
class Poller {
  constructor(id) {
    this.id = id;
    this.timer = setInterval(() => this.poll(), 3_600_000);
  }
  poll() {
    this.id += 1;
  }
  stop() {
    clearInterval(this.timer);
  }
}

exports.leak = (i) => {
  new Poller(i);
};
exports.fixed = (i) => {
  new Poller(i).stop();
};
exports.expect = {
  line: 'this.timer = setInterval(() => this.poll(), 3_600_000);',
  kind: 'timers',
  classes: ['Poller', 'Timeout'],
  path: ['timerListMap', 'TimersList', 'Timeout', 'Poller'],
};
