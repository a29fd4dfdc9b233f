'use strict';

// V8 numbers objects from the first snapshot on, which slows the collector until it forgets the numbers.

/** Checkpoints of this thread that will be compared by id. */
let checkpoints = 0;

function keepForCheckpoint() {
  checkpoints += 1;
}

/** True when a capture must leave the ids as they are. */
function areKept() {
  return checkpoints > 0;
}

module.exports = { areKept, keepForCheckpoint };
