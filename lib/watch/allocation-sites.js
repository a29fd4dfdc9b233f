'use strict';

// Which functions allocated the objects that are alive now? V8 samples allocations, at little cost and without a pause.
// It sees only allocations during the sampling.

const { setTimeout: delay } = require('node:timers/promises');
const { sessionEnded } = require('../capture/object-ids');

/** Bytes between two samples, on average. */
const INTERVAL = 32 * 1024;
const MOST = 20;

/**
 * @typedef {object} AllocationSite
 * @property {string} function
 * @property {string} file
 * @property {number} line from 1
 * @property {number} liveBytes bytes that it allocated during the sampling and that are still alive, by estimate
 */

/**
 * @param {number} forMs how long to sample
 * @param {AbortSignal} signal
 * @returns {Promise<AllocationSite[]>} most bytes first
 */
async function allocationSites(forMs, signal) {
  const { Session } = require('node:inspector/promises');
  const session = new Session();
  session.connect();
  try {
    await session.post('HeapProfiler.enable');
    await session.post('HeapProfiler.startSampling', { samplingInterval: INTERVAL });
    await delay(forMs, undefined, { signal, ref: false });
    const { profile } = await session.post('HeapProfiler.stopSampling');
    return sites(profile.head);
  } finally {
    session.disconnect();
    sessionEnded();
  }
}

/** @param {import('node:inspector').HeapProfiler.SamplingHeapProfileNode} head */
function sites(head) {
  /** @type {Map<string, AllocationSite>} */
  const found = new Map();
  /** Allocations of V8's own functions count for their callers. */
  const rest = [{ node: head, frame: head.callFrame }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { node } = next;
    const frame = node.callFrame.url === '' ? next.frame : node.callFrame;
    for (const child of node.children) rest.push({ node: child, frame });
    if (node.selfSize === 0) continue;
    const { functionName, url, lineNumber } = frame;
    const key = `${url}:${lineNumber}:${functionName}`;
    const site = found.get(key) ?? { function: functionName, file: url, line: lineNumber + 1, liveBytes: 0 };
    site.liveBytes += node.selfSize;
    found.set(key, site);
  }
  return [...found.values()].sort((a, b) => b.liveBytes - a.liveBytes).slice(0, MOST);
}

module.exports = { allocationSites };
