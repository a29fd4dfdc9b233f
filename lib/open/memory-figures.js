'use strict';

// The figures of a process's memory in a sidecar, which anybody may have written.

/**
 * @param {unknown} memory anything that JSON can hold
 * @returns {memory is import('../..').ProcessMemory}
 */
function isMemory(memory) {
  const figures = Object(memory);
  const isBytes = (/** @type {unknown} */ value) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
  const isPart = (/** @type {Record<string, unknown> | null | undefined} */ part, /** @type {string[]} */ names) =>
    part === undefined || (typeof part === 'object' && part !== null && names.every((name) => isBytes(part[name])));
  return (
    ['rss', 'heapTotal', 'heapUsed', 'external', 'arrayBuffers'].every((name) => isBytes(figures[name])) &&
    isPart(figures.malloc, ['inUse', 'free']) &&
    isPart(figures.cgroup, ['usedBytes'])
  );
}

module.exports = { isMemory };
