'use strict';

// Is there room for a capture? The check runs before it: without room for V8's graph, the kernel ends the process.

const fs = require('node:fs');
const path = require('node:path');
const { cgroupRoom } = require('./cgroup');
const { headroomError, pauseError, spaceError } = require('../errors');

/**
 * Refuses a capture that there is no room for.
 *
 * @param {import('./estimate').Estimate} need
 * @param {object} options
 * @param {string} [options.directory] of the file; none when there is no file
 * @param {boolean} [options.isInline] true when this thread will stand still for the whole of it
 * @param {number} [options.maxMemoryBytes] the caller's own limit
 * @param {number} [options.maxPauseMs]
 * @param {number} [options.maxBytes] most bytes of the file
 * @param {import('./cgroup').Room} [options.room] room of the captured process, when it is another one
 * @returns {{ haveBytes: number }} the memory that the capture may use; beyond it the capture ends
 */
function checkRoom(need, { directory, isInline = true, maxMemoryBytes, maxPauseMs, maxBytes, room = memoryRoom() }) {
  if (maxMemoryBytes !== undefined && maxMemoryBytes < room.bytes)
    room = { bytes: maxMemoryBytes, limit: 'maxMemoryBytes' };
  if (need.memoryBytes > room.bytes) throw headroomError(need.memoryBytes, room.bytes, room.limit);
  const storedBytes = Math.min(need.storedBytes, maxBytes ?? Infinity);
  const free = directory === undefined ? Infinity : diskRoom(directory);
  if (storedBytes > free) throw spaceError(/** @type {string} */ (directory), storedBytes, free);
  if (isInline && maxPauseMs !== undefined && need.pauseMs > maxPauseMs) throw pauseError(need.pauseMs, maxPauseMs);
  return { haveBytes: room.bytes };
}

/**
 * Memory that a process may still take, by its control groups and the machine. Only Linux has such a number.
 *
 * @param {{ pid?: number | 'self', root?: string }} [options] `root` stands for `/`, for tests
 * @returns {import('./cgroup').Room}
 */
function memoryRoom({ pid = 'self', root = '/' } = {}) {
  const group = cgroupRoom({ pid, root });
  const machine = { bytes: availableBytes(root), limit: 'MemAvailable' };
  return group && group.bytes < machine.bytes ? group : machine;
}

/** @param {string} root */
function availableBytes(root) {
  try {
    const [, kilobytes] =
      /^MemAvailable:\s+(\d+) kB$/m.exec(fs.readFileSync(path.join(root, 'proc/meminfo'), 'utf8')) ?? [];
    return kilobytes === undefined ? Infinity : Number(kilobytes) * 1024;
  } catch {
    return Infinity;
  }
}

/** @param {string} directory */
function diskRoom(directory) {
  try {
    const { blocks, bavail, bsize } = fs.statfsSync(directory);
    // A file system without blocks (/proc) does not count them.
    return blocks === 0 ? Infinity : bavail * bsize;
  } catch {
    // If the directory is unusable, the capture fails with the reason when it creates the file.
    return Infinity;
  }
}

module.exports = { checkRoom, memoryRoom, diskRoom };
