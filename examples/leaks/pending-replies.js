'use strict';
// Requests to a peer that never answers: the table of pending replies keeps the resolve functions.
class Reply {
  constructor(id) {
    this.id = id;
    this.promise = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
  }
}

class Channel {
  pending = new Map();
  call(id) {
    const reply = new Reply(id);
    this.pending.set(id, reply);
    return reply.promise;
  }
}
const channel = new Channel();

exports.leak = (i) => {
  channel.call(i);
};
exports.fixed = (i) => {
  channel.call(i);
  channel.pending.delete(i);
};
exports.expect = {
  line: 'class Channel {',
  kind: 'growing-map',
  classes: ['Reply'],
  path: ['Channel', 'pending', 'Map', 'Reply'],
};
