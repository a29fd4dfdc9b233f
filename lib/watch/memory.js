'use strict';

// The watcher's measurements of memory.

const v8 = require('node:v8');
const { isMainThread, resourceLimits } = require('node:worker_threads');
const { cgroupRoom } = require('../room/cgroup');

/** The nursery does not count: new objects are in it with and without a leak. @param {string} name of a space */
const isOld = (name) => !name.startsWith('new_');

/** Bytes of the objects that outlived a collection: right after a major one, the floor of the heap. */
function oldBytes() {
  let bytes = 0;
  for (const { space_name: name, space_used_size: used } of v8.getHeapSpaceStatistics()) if (isOld(name)) bytes += used;
  return bytes;
}

/** The unit of V8's limits: it calls them megabytes. */
const MEBIBYTE = 1 << 20;
const OLD_SPACE_FLAG = /^--max[-_]old[-_]space[-_]size=(\d+)$/;

/**
 * The limit of V8 for the old objects. It is not `heapTotal`, which follows the heap. V8's own number includes the
 * nursery. That matters where the limit is small: in processes with a flag, and in workers with a limit.
 */
const heapLimit = (() => {
  const flags = [...(process.env.NODE_OPTIONS ?? '').split(/\s+/), ...process.execArgv];
  const [, megabytes] = OLD_SPACE_FLAG.exec(flags.filter((flag) => OLD_SPACE_FLAG.test(flag)).pop() ?? '') ?? [];
  const set = isMainThread ? Number(megabytes) : resourceLimits.maxOldGenerationSizeMb;
  return () => {
    const { heap_size_limit: limit } = v8.getHeapStatistics();
    return set ? Math.min(set * MEBIBYTE, limit) : limit;
  };
})();

/** The tightest control group: its limit and its use. Undefined: none. */
function container() {
  const room = cgroupRoom();
  return room && { limitBytes: room.limitBytes, usedBytes: room.limitBytes - room.bytes };
}

module.exports = { oldBytes, heapLimit, container };
