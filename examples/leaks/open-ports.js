'use strict';
// A channel a conversation, and nobody closes the ports.
class Conversation {
  constructor(id) {
    this.id = id;
    const { port1, port2 } = new MessageChannel();
    this.ours = port1;
    this.theirs = port2;
    port1.on('message', () => {
      this.id += 1;
    });
  }
  close() {
    this.ours.close();
  }
}
exports.leak = (i) => {
  new Conversation(i);
};
exports.fixed = (i) => {
  new Conversation(i).close();
};
exports.expect = {
  line: "port1.on('message', () => {",
  kind: 'ports',
  classes: ['Conversation', 'MessagePort'],
  path: ['MessagePort'],
};
