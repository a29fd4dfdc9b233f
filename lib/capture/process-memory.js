'use strict';

// What a process takes of memory at the moment of a capture. The heap is a part of it.

const { addon } = require('../native');
const { cgroupUse } = require('../room/cgroup');

/**
 * Of this process: in the child that writes a snapshot all of it would be another's.
 *
 * @returns {import('../..').ProcessMemory}
 */
function processMemory() {
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const malloc = addon.mallocUse?.() ?? undefined;
  const cgroup = cgroupUse();
  return {
    rss,
    heapTotal,
    heapUsed,
    external,
    arrayBuffers,
    ...(malloc && { malloc: { inUse: malloc.inUse, free: malloc.free } }),
    ...(cgroup && { cgroup }),
  };
}

module.exports = { processMemory };
