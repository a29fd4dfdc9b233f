'use strict';
// A method that is wrapped once more for each client: every wrapper keeps the one before, and a client.
class Client {
  constructor(number) {
    this.number = number;
  }
  close() {}
}
class Transport {}

const transport = new Transport();
exports.transport = transport;
exports.leak = (number) => {
  const client = new Client(number);
  const before = transport.onclose;
  transport.onclose = () => {
    before?.();
    client.close();
  };
};
exports.expect = { leaks: [['Client', 'closures']], advice: /keep the original and wrap it once/ };
