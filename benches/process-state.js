'use strict';

// What the kernel says of a process: nothing of it may differ after a capture.

const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

/** Who was killed is gone a moment later. */
const SETTLE_MS = 5000;
const LOOK_MS = 25;

/** Threads, open files but connections, children (zombies included), and who traces it. @param {number} pid */
function stateOf(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const value = (/** @type {string} */ key) => new RegExp(`^${key}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
  const children = fs
    .readdirSync(`/proc/${pid}/task`)
    .flatMap((task) => readIfThere(`/proc/${pid}/task/${task}/children`).split(' '))
    .filter((text) => text !== '');
  const links = fs.readdirSync(`/proc/${pid}/fd`).map((name) => linkIfThere(`/proc/${pid}/fd/${name}`));
  // Connections of the load come and go.
  const descriptors = links.filter((link) => !link.startsWith('socket:')).length;
  /** @type {Record<string, string>} */
  const facts = {
    threads: value('Threads'),
    tracer: value('TracerPid'),
    blockedSignals: value('SigBlk'),
    children: children.join(' '),
    descriptors: String(descriptors),
  };
  return {
    facts,
    /** @param {{ facts: Record<string, string> }} other */
    differencesFrom: (other) =>
      Object.keys(facts)
        .filter((name) => facts[name] !== other.facts[name])
        .map((name) => `${name}: ${facts[name]}, before: ${other.facts[name]}`),
  };
}

/**
 * Waits until the process is as it was, for some seconds at most.
 *
 * @param {number} pid
 * @param {ReturnType<typeof stateOf>} before
 */
async function settledState(pid, before) {
  const end = performance.now() + SETTLE_MS;
  while (stateOf(pid).differencesFrom(before).length > 0 && performance.now() < end) await sleep(LOOK_MS);
  return stateOf(pid);
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** @param {string} link */
function linkIfThere(link) {
  try {
    return fs.readlinkSync(link);
  } catch {
    return 'socket:';
  }
}

module.exports = { settledState, stateOf };
