'use strict';
// State that is copied at every step: the container itself is new each time.
class Message {
  constructor(id) {
    this.id = id;
  }
}
const store = { state: { messages: [] } };
exports.store = store;
exports.leak = (i) => {
  store.state = { ...store.state, messages: [...store.state.messages, new Message(i)] };
};
exports.fixed = (i) => {
  store.state = { ...store.state, messages: [...store.state.messages.slice(-9), new Message(i)] };
};
exports.expect = {
  line: 'replaced-state.js',
  kind: 'growing-array',
  classes: ['Message'],
  path: ['store', 'state', 'messages', 'Array', 'Message'],
};
