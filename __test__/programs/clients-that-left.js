'use strict';
// Who waits for a turn waits on, with a timer each, though it went away.
class Download {
  constructor(number) {
    this.number = number;
  }
  async send() {
    await new Promise((resolve) => setTimeout(resolve, 1e8));
    return this.number;
  }
}

exports.leak = (number) => {
  new Download(number).send();
};
exports.expect = { leaks: [['Download', 'timers']] };
