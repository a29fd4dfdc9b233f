'use strict';

// What the watcher measures.

const v8 = require('node:v8');
const { cgroupRoom } = require('../cgroup');

/** New objects are there whether something leaks or not: the nursery does not count. @param {string} name of a space */
const isOld = (name) => !name.startsWith('new_');

/** Bytes of the objects that outlived a collection: right after a major one, the floor of the heap. */
function oldBytes() {
  let bytes = 0;
  for (const { space_name: name, space_used_size: used } of v8.getHeapSpaceStatistics()) if (isOld(name)) bytes += used;
  return bytes;
}

/** Most that V8 lets the heap grow to. It is not `heapTotal`, which follows the heap. */
function heapLimit() {
  return v8.getHeapStatistics().heap_size_limit;
}

/** The tightest control group: its limit and what is used of it. Undefined: none. */
function container() {
  const room = cgroupRoom();
  return room && { limitBytes: room.limitBytes, usedBytes: room.limitBytes - room.bytes };
}

module.exports = { oldBytes, heapLimit, container };
