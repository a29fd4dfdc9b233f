'use strict';

// The expected cost of a snapshot of this thread's heap: from the heap's size, and from the cost of the last snapshot.

const v8 = require('node:v8');

/** Bytes that V8 takes while it builds a snapshot, measured on Node 18 to 26. */
const NODE_BYTES = 445;
const EDGE_BYTES = 87;
/** In a heap of small objects, which has the most nodes for each byte. */
const HEAP_BYTES_PER_NODE = 37.5;
const EDGES_PER_NODE = 2.8;
/**
 * A large object may be an array, whose slots are edges, or a text, which has none. This is the worse case, the array.
 */
const SLOT_BYTES = 8;
/** Threads, pipe and codec. */
const BASE_BYTES = 32 << 20;
/** A row of the document, as text. */
const NODE_TEXT_BYTES = 28;
const EDGE_TEXT_BYTES = 16;
/** Least factor by which a codec shrinks the document. */
const RATIOS = { zstd: 7, gzip: 5, none: 1 };
/** Time for each node, when the thread itself builds and writes the snapshot. */
const NODE_MS = 0.0025;

/**
 * @typedef {object} Heap
 * @property {number} small bytes of objects that share a page
 * @property {number} large bytes of objects with a page of their own
 */

/**
 * @typedef {object} Estimate
 * @property {number} memoryBytes more memory than the process has now, at the peak
 * @property {number} storedBytes of the file
 * @property {number} pauseMs of a capture on this thread
 */

/**
 * The last capture of this thread.
 *
 * @type {(Heap & { nodes: number, edges: number, pauseMs?: number, textBytes: number }) | undefined}
 */
let last;

/** @returns {Heap} */
function heapNow() {
  return heapOf(v8.getHeapSpaceStatistics());
}

/** @param {v8.HeapSpaceInfo[]} spaces @returns {Heap} */
function heapOf(spaces) {
  const heap = { small: 0, large: 0 };
  for (const { space_name: name, space_used_size: bytes } of spaces) {
    heap[name.includes('large_object') ? 'large' : 'small'] += bytes;
  }
  return heap;
}

/**
 * Objects of the last capture cost the same again; newer ones count as small objects.
 *
 * @param {keyof typeof RATIOS} compression
 * @param {Heap} [heap]
 * @param {typeof last | null} [history] null: the heap is not that of this thread
 * @returns {Estimate}
 */
function estimate(compression, heap = heapNow(), history = last) {
  const known = history ?? { small: 0, large: 0, nodes: 0, edges: 0, textBytes: 0 };
  const bytes = known.small + known.large;
  const share = bytes > 0 ? Math.min((heap.small + heap.large) / bytes, 1) : 0;
  const newNodes = Math.max(heap.small - known.small, 0) / HEAP_BYTES_PER_NODE;
  const newEdges = newNodes * EDGES_PER_NODE + Math.max(heap.large - known.large, 0) / SLOT_BYTES;
  const nodes = known.nodes * share + newNodes;
  const edges = known.edges * share + newEdges;
  const textBytes = known.textBytes * share + newNodes * NODE_TEXT_BYTES + newEdges * EDGE_TEXT_BYTES;
  const nodeMs = known.pauseMs === undefined || known.nodes === 0 ? NODE_MS : known.pauseMs / known.nodes;
  return {
    memoryBytes: Math.round(BASE_BYTES + nodes * NODE_BYTES + edges * EDGE_BYTES),
    storedBytes: Math.round(textBytes / RATIOS[compression]),
    pauseMs: Math.round(nodes * nodeMs),
  };
}

/**
 * Stores the cost of a capture, for the next estimate.
 *
 * @param {Heap} heap before it
 * @param {Pick<import('../..').CaptureResult, 'nodeCount' | 'edgeCount' | 'rawBytes'>} result
 * @param {number} [pauseMs] when this thread did it
 */
function remember(heap, { nodeCount, edgeCount, rawBytes }, pauseMs) {
  last = { ...heap, nodes: nodeCount, edges: edgeCount, textBytes: rawBytes, pauseMs: pauseMs ?? last?.pauseMs };
}

/** As if nothing was captured yet. For tests. */
function forget() {
  last = undefined;
}

module.exports = { heapNow, heapOf, estimate, remember, forget };
