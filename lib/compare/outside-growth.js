'use strict';

// Memory of a process that its heap does not explain: native memory, or memory that the allocator keeps.

const { isMemory } = require('../open/memory-figures');

/**
 * Least growth that counts, in bytes an interval. Resident memory changes by pages, arenas and threads; those of glibc
 * take some megabytes from the start.
 */
const FLOOR = 16e6;
/** Growth outside of the heap counts when it is this many times the growth of the heap. */
const DWARFS = 2;

/**
 * @param {{ totalSize: number, memory?: import('../..').ProcessMemory }[]} snapshots infos, oldest first
 * @returns {import('../..').OutsideGrowth | undefined} undefined when a snapshot has no `memory`
 */
function outsideGrowth(snapshots) {
  const known = snapshots.flatMap(({ totalSize, memory }) => (isMemory(memory) ? [{ totalSize, ...memory }] : []));
  if (known.length !== snapshots.length || known.length < 2) return undefined;
  const [first, last] = [known[0], known[known.length - 1]];
  /** @type {(pick: (one: typeof first) => number) => number} */
  const grown = (pick) => pick(last) - pick(first);
  const steps = known.slice(1).map((after, at) => after.rss - known[at].rss - explained(known[at], after));
  const heap = Math.max(
    grown(({ totalSize }) => totalSize),
    0,
  );
  const outside = steps.reduce((sum, step) => sum + step, 0);
  // As with the heap, growth that slows down ends. The first snapshot itself leaves memory with the allocator.
  const isSustained =
    steps.length > 1 && steps.every((step) => step >= FLOOR) && steps[steps.length - 1] * 2 >= Math.max(...steps);
  const isUsed =
    steps.length === 1 && mallocOf(first, last) !== undefined && /** @type {number} */ (mallocOf(first, last)) >= FLOOR;
  return {
    rssGrowth: grown(({ rss }) => rss),
    heapGrowth: grown(({ heapTotal }) => heapTotal),
    externalGrowth: grown(({ external }) => external),
    explainedSize: grown(({ totalSize }) => totalSize),
    ...(mallocOf(first, last) !== undefined && { mallocGrowth: mallocOf(first, last) }),
    ...(last.cgroup && { cgroup: last.cgroup }),
    outsideSize: outside,
    isUnexplained: (isSustained || isUsed) && outside > DWARFS * heap,
  };
}

/**
 * The growth of an interval that the heap explains: by its snapshots, or by the pages that V8 took and the Buffers that
 * it counts.
 *
 * @param {{ totalSize: number, heapTotal: number, arrayBuffers: number }} before
 * @param {{ totalSize: number, heapTotal: number, arrayBuffers: number }} after
 */
function explained(before, after) {
  const pages = after.heapTotal - before.heapTotal + after.arrayBuffers - before.arrayBuffers;
  return Math.max(after.totalSize - before.totalSize, pages, 0);
}

/**
 * @param {{ malloc?: { inUse: number } }} first
 * @param {{ malloc?: { inUse: number } }} last
 */
function mallocOf(first, last) {
  return first.malloc && last.malloc && last.malloc.inUse - first.malloc.inUse;
}

module.exports = { outsideGrowth };
