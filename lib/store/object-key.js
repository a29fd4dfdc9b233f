'use strict';

// Names of objects, from a fixed template. Nothing of a request gets into them but the id, which was checked.

const os = require('node:os');
const { threadId } = require('node:worker_threads');
const { compactTime } = require('../compact-time');

/** The time stood before the id once: such objects are known still. */
const SNAPSHOT = /(?:\/(\d{8}T\d{9}Z)-[^/]*|-(\d{8}T\d{9}Z))-([0-9a-f]{32})\.heapsnapshot\.zst(?:\.age)?$/;

/**
 * `PREFIX/SERVICE/YYYY/MM/DD/TIME-HOST-PID-THREAD-ID.heapsnapshot.zst`: a listing is by time.
 *
 * @param {string} base prefix and service
 * @param {string} id
 * @param {boolean} isEncrypted
 * @param {Date} [now]
 */
function snapshotKey(base, id, isEncrypted, now = new Date()) {
  const iso = now.toISOString();
  const [year, month, day] = iso.slice(0, 10).split('-');
  const host = os
    .hostname()
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 64);
  return `${base}/${year}/${month}/${day}/${compactTime(now)}-${host}-${process.pid}-${threadId}-${id}.heapsnapshot.zst${isEncrypted ? '.age' : ''}`;
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
 * @returns {{ time: string, id: string } | undefined} undefined when it is not that of a snapshot
 */
function parseKey(key) {
  const [, first, second, id] = SNAPSHOT.exec(key) ?? [];
  return id === undefined ? undefined : { time: first ?? second, id };
}

/**
 * @param {string} base
 * @param {string} id
 * @param {boolean} isEncrypted
 */
function reportKey(base, id, isEncrypted) {
  return `${base}/reports/${id}.report.json${isEncrypted ? '.age' : ''}`;
}

/** @param {boolean} isEncrypted */
function snapshotType(isEncrypted) {
  return isEncrypted ? 'application/octet-stream' : 'application/zstd';
}

module.exports = { ageOf, parseKey, reportKey, snapshotKey, snapshotType };
