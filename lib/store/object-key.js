'use strict';

// Names of objects, from a fixed template. Nothing of a request gets into them but the id, which was checked.

const os = require('node:os');
const { threadId } = require('node:worker_threads');

const SNAPSHOT = /-(?<time>\d{8}T\d{9}Z)-(?<id>[0-9a-f]{32})\.heapsnapshot\.zst(?:\.age)?$/;

/**
 * `PREFIX/SERVICE/YYYY/MM/DD/HOST-PID-THREAD-TIME-ID.heapsnapshot.zst`
 *
 * @param {string} base prefix and service
 * @param {string} id
 * @param {boolean} isEncrypted
 * @param {Date} [now]
 */
function snapshotKey(base, id, isEncrypted, now = new Date()) {
  const iso = now.toISOString();
  const [year, month, day] = iso.slice(0, 10).split('-');
  const host = os.hostname().replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 64);
  const time = iso.replace(/[-:.]/g, '');
  return `${base}/${year}/${month}/${day}/${host}-${process.pid}-${threadId}-${time}-${id}.heapsnapshot.zst${isEncrypted ? '.age' : ''}`;
}

/**
 * @param {string} time of a key
 * @returns {number} milliseconds since it
 */
function ageOf(time) {
  const [, year, month, day, hour, minute, second, ms] = /** @type {RegExpExecArray} */ (/(....)(..)(..)T(..)(..)(..)(...)Z/.exec(time));
  return Date.now() - Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
}

/**
 * @param {string} key
 * @returns {{ time: string, id: string } | undefined} undefined when it is not that of a snapshot
 */
function parseKey(key) {
  const { time, id } = SNAPSHOT.exec(key)?.groups ?? {};
  return id === undefined ? undefined : { time, id };
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
