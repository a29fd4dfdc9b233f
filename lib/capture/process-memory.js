'use strict';

// The memory of the process at the moment of a capture. The heap is a part of it.

const { addon } = require('../native');
const { cgroupUse } = require('../room/cgroup');

/**
 * Called in this process: the forked child that writes a snapshot would measure itself.
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
