'use strict';
// Classes of the program that are called as those of Node.js are.
class Socket {
  constructor(number) {
    this.number = number;
  }
}
class Module {
  constructor(number) {
    this.number = number;
  }
}
class MessagePort {
  constructor(number) {
    this.number = number;
  }
}
class globalCache {
  entries = [];
}

const sockets = new Map();
const modules = new Set();
const cache = new globalCache();
exports.kept = [sockets, modules, cache];
exports.leak = (number) => {
  sockets.set(number, new Socket(number));
  modules.add(new Module(number));
  cache.entries.push(new MessagePort(number));
};
exports.expect = {
  leaks: [
    ['MessagePort', 'growing-array'],
    ['Module', 'growing-set'],
    ['Socket', 'growing-map'],
  ],
};
