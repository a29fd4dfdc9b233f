'use strict';

// The figures of a process's memory in a sidecar, which anybody may have written.

/**
 * @param {any} memory anything that JSON can hold
 * @returns {memory is import('../..').ProcessMemory}
 */
function isMemory(memory) {
  const isBytes = (/** @type {unknown} */ value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
  const isPart = (/** @type {Record<string, unknown> | null | undefined} */ part, /** @type {string[]} */ names) =>
    part === undefined || (typeof part === 'object' && part !== null && names.every((name) => isBytes(part[name])));
  return (
    typeof memory === 'object' &&
    memory !== null &&
    ['rss', 'heapTotal', 'heapUsed', 'external', 'arrayBuffers'].every((name) => isBytes(memory[name])) &&
    isPart(memory.malloc, ['inUse', 'free']) &&
    isPart(memory.cgroup, ['usedBytes'])
  );
}

module.exports = { isMemory };
