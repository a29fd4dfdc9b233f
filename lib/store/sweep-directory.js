'use strict';

// The contents of a store's directory, and the leftovers of dead processes in it.

const fs = require('node:fs/promises');
const path = require('node:path');
const { lockFiles } = require('./lock-file');

/** The time is missing in what was stored before names had one. */
const SNAPSHOT = /^(?:\d{8}T\d{9}Z-)?(?<id>[0-9a-f]{32})\.(?:heapsnapshot\.zst|frozen)(?:\.age)?$/;
const BESIDE =
  /^(?<snapshot>(?:\d{8}T\d{9}Z-)?[0-9a-f]{32}\.(?:heapsnapshot\.zst|frozen)(?:\.age)?)\.(?<what>json|ids)$/;
const PARTIAL = /^\.heaphound-(?<pid>\d+)-[0-9a-f]+\.partial$/;
const REPORT = /^[0-9a-f]{32}\.report\.json$/;
/** A younger file may belong to a process that we do not see: one of another container. */
const QUIET_MS = 60_000;
/** A process with this id may live and be another one. A table may be waiting for the next capture of its process. */
const ABANDONED_MS = 24 * 3600 * 1000;
/** Reports are small; those of snapshots that are there do not count. */
const MAX_REPORTS = 100;

/**
 * The id in the name of a snapshot or an image; undefined for what is none.
 *
 * @param {string} name
 */
function idIn(name) {
  return SNAPSHOT.exec(name)?.groups?.id;
}

/** @param {string} directory */
async function snapshotNames(directory) {
  return (await fs.readdir(directory)).filter((name) => SNAPSHOT.test(name));
}

/**
 * Bytes of a snapshot with what belongs to it.
 *
 * @param {string} file
 */
async function sizeOf(file) {
  const sizes = await Promise.all(
    [file, `${file}.json`, `${file}.ids`].map((name) =>
      fs.lstat(name).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size);
}

/**
 * Removes what is worth nothing to anybody, and names what is whole but was never finished: it stays.
 *
 * @param {string} directory
 * @param {string} [table] that is in use
 * @returns {Promise<import('./types').SweepResult>}
 */
async function sweepDirectory(directory, table) {
  const names = await fs.readdir(directory);
  const there = new Set(names);
  const removed = [];
  const unfinished = [];
  for (const name of names) {
    const file = path.join(directory, name);
    const facts = await fs.lstat(file).catch(() => undefined);
    if (facts === undefined || !facts.isFile() || file === table) continue;
    const quietMs = Date.now() - facts.mtimeMs;
    if (quietMs < QUIET_MS) continue;
    if (isLeftover(name, quietMs, there)) removed.push(file);
    else if (SNAPSHOT.test(name) && !there.has(`${name}.json`)) unfinished.push(file);
  }
  for (const { file, isLive } of await lockFiles(directory)) if (!isLive) removed.push(file);
  removed.push(...(await surplusReports(directory, names)));
  for (const file of removed) await fs.rm(file, { force: true });
  return { removed, unfinished };
}

/**
 * @param {string} name
 * @param {number} quietMs since it last changed
 * @param {Set<string>} there all names
 */
function isLeftover(name, quietMs, there) {
  const pid = PARTIAL.exec(name)?.groups?.pid;
  if (pid !== undefined) return quietMs > ABANDONED_MS || !isAlive(Number(pid), quietMs);
  const { snapshot, what } = BESIDE.exec(name)?.groups ?? {};
  if (snapshot === undefined) return false;
  if (what === 'ids') return quietMs > ABANDONED_MS;
  return !there.has(snapshot);
}

/**
 * @param {number} pid
 * @param {number} quietMs
 */
function isAlive(pid, quietMs) {
  // In a container the next process often has the id of the last one.
  if (pid === process.pid) return process.uptime() * 1000 > quietMs;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * @param {string} directory
 * @param {string[]} names
 */
async function surplusReports(directory, names) {
  const ids = new Set(names.map(idIn));
  const files = names
    .filter((name) => REPORT.test(name) && !ids.has(name.slice(0, 32)))
    .map((name) => path.join(directory, name));
  if (files.length <= MAX_REPORTS) return [];
  const dated = await Promise.all(
    files.map(async (file) => ({ file, time: (await fs.lstat(file).catch(() => undefined))?.mtimeMs ?? 0 })),
  );
  return dated
    .sort((a, b) => b.time - a.time)
    .slice(MAX_REPORTS)
    .map(({ file }) => file);
}

module.exports = { idIn, sizeOf, snapshotNames, sweepDirectory };
