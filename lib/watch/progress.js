'use strict';

// The progress of a rule: its measured windows, the windows that it needs, and the reason why it waits.

const { count, counted, size } = require('../../words/numbers');
const { MIN_GAP_RATIO, RULES } = require('./rules');

const COLLECTION = 'a major collection of V8';
const UNITS = /** @type {const} */ ([
  [3600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
  [1, 'ms'],
]);

/**
 * @typedef {object} Watched
 * @property {import('../..').RuleName} name
 * @property {import('../..').RuleState} state
 * @property {number} share
 * @property {import('./rules').View} view
 * @property {{ windowMs: number, settleMs: number, sampleMs: number }} times
 * @property {{ since: number, lookedAt: number, quietForMs: number, silentForMs: number }} clock `since` and `lookedAt`
 *   are times of the wall clock
 */

/**
 * @param {Watched} watched
 * @returns {import('../..').RuleProgress}
 */
function progressOf(watched) {
  const { name, view, times, clock } = watched;
  const [samples, needed] = samplesOf(name, view);
  return {
    samples: Math.min(samples, needed),
    needed,
    since: new Date(clock.since).toISOString(),
    nextLook: new Date(clock.lookedAt + times.sampleMs).toISOString(),
    waitsFor: waitsFor(watched, samples, needed),
  };
}

/**
 * @param {import('../..').RuleName} name
 * @param {import('./rules').View} view
 * @returns {[samples: number, needed: number]}
 */
function samplesOf(name, { time, minWindows, levels, container }) {
  const { level } = RULES[name];
  if (name === 'container-limit') return [container === undefined ? 0 : 1, 1];
  if (name === 'heap-limit') return [levels.heap.latest === undefined ? 0 : 1, 1];
  return [levels[level ?? 'heap'].scales(time)[0].length, minWindows];
}

/**
 * @param {Watched} watched
 * @param {number} samples
 * @param {number} needed
 */
function waitsFor({ name, state, share, view, times, clock }, samples, needed) {
  if (state === 'off') return 'nothing: it is switched off';
  if (state === 'investigating') return 'the end of its investigation';
  if (clock.silentForMs > 0)
    return `${duration(clock.silentForMs)} to pass: its last alarm is not long ago (limits.repeatMs)`;
  const heap = view.levels.heap.latest;
  if (name === 'container-limit') {
    if (view.container === undefined) return 'nothing: the process is in no control group with a limit';
    return nearness(view.container.usedBytes, view.container.limitBytes, share);
  }
  if (name === 'heap-limit') {
    return heap === undefined
      ? `${COLLECTION}: what is left after it is measured`
      : nearness(heap, view.heapLimit, share);
  }
  const settling = times.settleMs - view.time;
  if (samples < needed) {
    const each = name === 'rss-gap' ? '' : `, each with ${COLLECTION} in it`;
    return `${counted(needed - samples, 'more window')} of ${duration(times.windowMs)}${each}`;
  }
  if (settling > 0) return `${duration(settling)} to pass: at the start no trend is looked for (settleMs)`;
  if (state === 'rising') {
    if (clock.quietForMs === 0) return 'the end of what another rule does';
    return `${duration(clock.quietForMs)} to pass: a rise was looked into not long ago (limits.cooldownMs)`;
  }
  if (name === 'rss-gap' && view.rss < MIN_GAP_RATIO * (heap ?? Infinity)) {
    const ofHeap = heap === undefined ? '' : `, and ${size(heap)} of heap`;
    return `the process to take ${MIN_GAP_RATIO} times its heap: it takes ${size(view.rss)}${ofHeap}`;
  }
  return `a rise: there is none in ${counted(samples, 'window')} of ${duration(times.windowMs)}`;
}

/**
 * @param {number} used
 * @param {number} limit
 * @param {number} share
 */
function nearness(used, limit, share) {
  return `${size(share * limit)} of ${size(limit)} to be in use: ${size(used)} are`;
}

/**
 * The line in the log at the start: a watcher is silent for minutes.
 *
 * @param {{ sampleMs: number, windowMs: number, minWindows: number, settleMs: number }} options
 */
function greeting({ sampleMs, windowMs, minWindows, settleMs }) {
  const windows = `${minWindows} windows of ${duration(windowMs)}`;
  return (
    `heaphound watches the memory of this process: it looks every ${duration(sampleMs)}; ` +
    `a trend needs ${windows} with ${COLLECTION} in each, ` +
    `which takes ${duration(Math.max(minWindows * windowMs, settleMs))} at the least; rules() says how far it is`
  );
}

/**
 * "15 s", "2 min", "1.5 h".
 *
 * @param {number} milliseconds
 */
function duration(milliseconds) {
  const [unit, name] = UNITS.find(([least]) => milliseconds >= least) ?? UNITS[3];
  return `${count(Math.round((milliseconds / unit) * 10) / 10)} ${name}`;
}

module.exports = { duration, greeting, progressOf };
