'use strict';

// Names of objects, from a fixed template. Nothing of a request gets into them but the id, which was checked.

const os = require('node:os');
const { threadId } = require('node:worker_threads');
const { compactTime } = require('../compact-time');

/** The time stood before the id once: such objects are known still. */
const SNAPSHOT = /(?:\/(\d{8}T\d{9}Z)-[^/]*|-(\d{8}T\d{9}Z))-([0-9a-f]{32})\.(heapsnapshot\.zst|frozen)(?:\.age)?$/;

/**
 * `PREFIX/SERVICE/YYYY/MM/DD/TIME-HOST-PID-THREAD-ID.heapsnapshot.zst`: a listing is by time. The name of an image ends
 * in `.frozen`.
 *
 * @param {string} base prefix and service
 * @param {Pick<import('./about').About, 'id' | 'kind'>} about
 * @param {boolean} isEncrypted
 * @param {Date} [now]
 */
function snapshotKey(base, { id, kind }, isEncrypted, now = new Date()) {
  const iso = now.toISOString();
  const [year, month, day] = iso.slice(0, 10).split('-');
  const host = os
    .hostname()
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 64);
  return `${base}/${year}/${month}/${day}/${compactTime(now)}-${host}-${process.pid}-${threadId}-${id}${endOf(kind, isEncrypted)}`;
}

/**
 * @param {string} time of a key
 * @returns {number} milliseconds since it
 */
function ageOf(time) {
  const [, year, month, day, hour, minute, second, ms] = /** @type {RegExpExecArray} */ (
    /(....)(..)(..)T(..)(..)(..)(...)Z/.exec(time)
  );
  return Date.now() - Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
}

/**
 * @param {string} key
 * @returns {{ time: string, id: string, kind: 'snapshot' | 'image' } | undefined} undefined when it is that of neither
 */
function parseKey(key) {
  const [, first, second, id, end] = SNAPSHOT.exec(key) ?? [];
  return id === undefined ? undefined : { time: first ?? second, id, kind: end === 'frozen' ? 'image' : 'snapshot' };
}

/**
 * @param {string} base
 * @param {string} id
 * @param {boolean} isEncrypted
 */
function reportKey(base, id, isEncrypted) {
  return `${base}/reports/${id}.report.json${isEncrypted ? '.age' : ''}`;
}

/**
 * How the name ends.
 *
 * @param {'image' | undefined} kind
 * @param {boolean} isEncrypted
 */
function endOf(kind, isEncrypted) {
  return `${kind === 'image' ? '.frozen' : '.heapsnapshot.zst'}${isEncrypted ? '.age' : ''}`;
}

/** @param {boolean} isEncrypted */
function snapshotType(isEncrypted) {
  return isEncrypted ? 'application/octet-stream' : 'application/zstd';
}

module.exports = { ageOf, endOf, parseKey, reportKey, snapshotKey, snapshotType };
