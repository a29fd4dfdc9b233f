'use strict';
// A queue that nobody empties; new items are linked behind the last.
class Task {
  constructor(id) {
    this.id = id;
    this.next = null;
  }
}
class Queue {
  head = null;
  tail = null;
  push(task) {
    if (this.tail === null) this.head = task;
    else this.tail.next = task;
    this.tail = task;
  }
  take() {
    this.head = this.tail = null;
  }
}
const queue = new Queue();
exports.leak = (i) => {
  queue.push(new Task(i));
};
exports.fixed = (i) => {
  queue.push(new Task(i));
  queue.take();
};
exports.expect = {
  line: 'class Queue {',
  kind: 'growing-list',
  classes: ['Task'],
  path: ['Queue', 'Task'],
};
