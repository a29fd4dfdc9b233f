'use strict';

// The document of an alarm, and its receivers. It has names, places and numbers, and no contents of the heap.

const os = require('node:os');
const { threadId } = require('node:worker_threads');
const { publish } = require('../channels');
const { howToThaw } = require('./instead');
const { alarmSentence } = require('../../words/leak-alarm');

/** Leaks in an alarm. The report has all of them. */
const MOST_LEAKS = 5;

/**
 * @param {import('../..').RuleName} rule
 * @param {import('./rules').Rule} about
 * @param {import('./rules').Finding & { heapLimit: number }} finding
 * @param {{ snapshots: any[], images?: import('./evidence').Taken[], document?: any, report?: string, picture?: import('./picture').Picture, skipped: string[]
 *   }} outcome
 * @returns {import('../..').MemoryAlarm}
 */
function alarmOf(
  rule,
  { diagnosis },
  { level, slope, limit, heapLimit },
  { snapshots, images = [], document, report, picture, skipped },
) {
  const leaks = (document?.leaks ?? []).slice(0, MOST_LEAKS).map(leakOf);
  return {
    at: new Date().toISOString(),
    rule,
    message: `${alarmSentence(rule, { level, slope, limit }, document)}${howToThaw(images)}`,
    diagnosis,
    host: os.hostname(),
    pid: process.pid,
    threadId,
    levelBytes: level,
    ...(slope !== undefined && { bytesPerSecond: slope }),
    limitBytes: limit ?? heapLimit,
    snapshots: snapshots.map(({ id, location }) => ({ id, location })),
    ...(images.length > 0 && { images: images.map(imageOf) }),
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

/** @param {import('./evidence').Taken} image */
function imageOf({ id, location, encrypted }) {
  return { id, ...(location !== undefined && { location }), ...(encrypted && { encrypted }) };
}

/** @param {any} leak @returns {import('../..').AlarmLeak} */
function leakOf({ className, location, responsible, container, countGrowth, retainedGrowth, fingerprint }) {
  const { name, edge, location: place } = container;
  return {
    className,
    ...(location && { location }),
    ...(responsible && { responsible }),
    container: { name, edge, ...(place && { location: place }) },
    countGrowth,
    retainedGrowth,
    fingerprint,
  };
}

/**
 * Sends the alarm to the channel and to the log. The caller sends it to the webhook, and waits for that.
 *
 * @param {import('../..').MemoryAlarm} alarm
 * @param {any} log
 */
function raise(alarm, log) {
  publish('alarm', { ...alarm });
  log?.error({ alarm }, `heaphound: ${alarm.message}`);
}

module.exports = { alarmOf, raise };
