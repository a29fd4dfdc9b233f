'use strict';

// What an alarm says, and to whom. It has names, places and numbers, and no contents of the heap.

const os = require('node:os');
const { threadId } = require('node:worker_threads');
const { growthOf, placeOf } = require('../../words/leak-sentences');
const { publish } = require('../channels');
const { harmless } = require('../../words/text');

/** Leaks that an alarm names; the report has all. */
const MOST_LEAKS = 5;
const MEGABYTE = 1e6;

/**
 * @param {import('../..').RuleName} rule
 * @param {import('./rules').Rule} about
 * @param {import('./rules').Finding & { heapLimit: number }} finding
 * @param {{ snapshots: any[], document?: any, report?: string, picture?: import('./picture').Picture, skipped: string[]
 *   }} outcome
 * @returns {import('../..').MemoryAlarm}
 */
function alarmOf(
  rule,
  { diagnosis },
  { level, slope, limit, heapLimit },
  { snapshots, document, report, picture, skipped },
) {
  const found = (document?.leaks ?? []).slice(0, MOST_LEAKS);
  const leaks = found.map(leakOf);
  return {
    at: new Date().toISOString(),
    rule,
    message: harmless(headline(rule, { level, slope, limit }, found, document)),
    diagnosis,
    host: os.hostname(),
    pid: process.pid,
    threadId,
    levelBytes: level,
    ...(slope !== undefined && { bytesPerSecond: slope }),
    limitBytes: limit ?? heapLimit,
    snapshots: snapshots.map(({ id, location }) => ({ id, location })),
    ...(report !== undefined && { report }),
    leaks,
    ...(document?.verdict && { verdict: document.verdict }),
    ...(picture && {
      rung: picture.rung,
      statistics: picture.statistics,
      ...(picture.sites && { sites: picture.sites }),
    }),
    skipped: [...skipped, ...(picture?.skipped ?? [])],
  };
}

/** @param {any} leak @returns {import('../..').AlarmLeak} */
function leakOf({ className, location, container, countGrowth, retainedGrowth, fingerprint }) {
  const { name, edge, location: place } = container;
  return {
    className,
    ...(location && { location }),
    container: { name, edge, ...(place && { location: place }) },
    countGrowth,
    retainedGrowth,
    fingerprint,
  };
}

/**
 * @param {string} rule
 * @param {import('./rules').Finding} finding
 * @param {import('../..').Leak[]} leaks
 * @param {import('../..').LeakDocument} [document]
 */
function headline(rule, { level, slope, limit }, [leak], document) {
  const megabytes = (/** @type {number} */ bytes) => `${(bytes / MEGABYTE).toFixed(1)} MB`;
  const state =
    limit === undefined
      ? `${megabytes(level)}, rising by ${megabytes((slope ?? 0) * 60)} a minute`
      : `${megabytes(level)} of ${megabytes(limit)}`;
  if (leak === undefined) return `${rule}: ${state}${doubt(document)}`;
  const place = placeOf(leak) ?? leak.container.location ?? leak.location;
  return `${rule}: ${state}; ${growthOf(leak)}${place ? `, ${place.file}:${place.line}` : ''}`;
}

/**
 * What a verdict without a leak leaves open.
 *
 * @param {import('../..').LeakDocument} [document]
 */
function doubt(document) {
  if (document?.verdict !== 'unknown') return '';
  const { accounting, outside } = document;
  if (accounting.isExplained) return '; no leak in the heap: native memory or the allocator grew';
  const [line] = accounting.lines.filter(({ what }) => what === 'unheld' || what === 'unexplained');
  const [biggest] = line?.classes ?? [];
  return (
    `; no leak was found, but ${(accounting.unexplainedSize / MEGABYTE).toFixed(1)} MB have no explanation${biggest ? `, most of it ${biggest.className}` : ''}` +
    (outside?.isUnexplained ? ', and native memory or the allocator grew' : '')
  );
}

/**
 * To the channel and to the log. The webhook is told by who can wait for it.
 *
 * @param {import('../..').MemoryAlarm} alarm
 * @param {any} log
 */
function raise(alarm, log) {
  publish('alarm', { ...alarm });
  log?.error({ alarm }, `heaphound: ${alarm.message}`);
}

module.exports = { alarmOf, raise };
