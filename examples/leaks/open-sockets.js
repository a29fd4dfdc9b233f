'use strict';
// Connections that are opened and never ended; nothing but the handles holds them.
const net = require('node:net');

let port;
class Connection {
  constructor(id) {
    this.id = id;
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.on('data', () => {
      this.id += 1;
    });
  }
}
exports.operations = 31;
exports.before = () =>
  new Promise((resolve) => {
    const server = net
      .createServer((socket) => socket.unref())
      .listen(0, '127.0.0.1', () => {
        port = server.address().port;
        resolve();
      });
  });
exports.leak = (i) =>
  new Promise((resolve) => {
    new Connection(i).socket.once('connect', resolve);
  });
exports.fixed = (i) =>
  new Promise((resolve) => {
    const { socket } = new Connection(i);
    socket.once('connect', () => socket.destroy()).once('close', resolve);
  });
exports.expect = {
  line: "this.socket.on('data', () => {",
  kind: 'sockets',
  classes: ['Connection', 'Socket', 'TCP'],
  path: ['TCP', 'Socket'],
};
