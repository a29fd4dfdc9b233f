'use strict';
// Each connection listens to the news of the application, and goes on to when it is closed.
const { EventEmitter } = require('node:events');
const http = require('node:http');
const { Server } = require('socket.io');
const { io } = require('socket.io-client');

const news = new EventEmitter().setMaxListeners(0);
const server = http.createServer();
let isRepaired = false;
new Server(server).on('connection', (socket) => {
  const tell = (text) => socket.emit('news', text);
  news.on('news', tell);
  socket.once('disconnect', () => {
    if (isRepaired) news.off('news', tell);
  });
});
const visit = () =>
  new Promise((resolve) => {
    const client = io(`http://127.0.0.1:${server.address().port}`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    client.once('connect', () => {
      client.disconnect();
      setTimeout(resolve, 10);
    });
  });
exports.warmup = 5;
exports.operations = 23;
exports.before = () =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
exports.leak = visit;
exports.fixed = () => {
  isRepaired = true;
  return visit();
};
exports.expect = {
  line: "const tell = (text) => socket.emit('news', text);",
  kind: 'event-listeners',
  classes: ['Socket'],
  path: ['EventEmitter', '_events', 'Array', 'Socket'],
};
