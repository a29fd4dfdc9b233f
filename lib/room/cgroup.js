'use strict';

// The memory that the control groups of a process leave. `root` is a directory that stands for `/`, for tests.

const fs = require('node:fs');
const path = require('node:path');

/** The files of the two versions of control groups. */
const VERSIONS = {
  v2: { limits: ['memory.max', 'memory.high'], used: 'memory.current', inactive: 'inactive_file' },
  v1: { limits: ['memory.limit_in_bytes'], used: 'memory.usage_in_bytes', inactive: 'total_inactive_file' },
};
/** Without a limit, version 1 writes the largest possible number of pages. */
const UNLIMITED = 2 ** 62;

/**
 * @typedef {object} Room
 * @property {number} bytes that are still free
 * @property {string} limit the file that sets the limit
 */

/** @typedef {Room & { limitBytes: number }} GroupRoom with the limit in the file */

/**
 * The least memory that any group of the process leaves: its own group and the groups around it. Pages of the page
 * cache that were not used lately count as free: the kernel reclaims them first.
 *
 * @param {{ pid?: number | 'self', root?: string }} [options]
 * @returns {GroupRoom | undefined} undefined when nothing limits it
 */
function cgroupRoom({ pid = 'self', root = '/' } = {}) {
  const groups = groupsOf(read(root, `proc/${pid}/cgroup`));
  const mounts = mountsOf(read(root, `proc/${pid}/mountinfo`));
  /** @type {GroupRoom | undefined} */
  let least;
  for (const version of /** @type {const} */ (['v2', 'v1'])) {
    const group = groups[version];
    const mount = mounts.find((candidate) => candidate.version === version);
    if (group === undefined || mount === undefined) continue;
    for (const directory of directories(mount, group)) {
      const room = roomIn(root, directory, VERSIONS[version]);
      if (room && (least === undefined || room.bytes < least.bytes)) least = room;
    }
  }
  return least;
}

/**
 * The memory that the process's own group uses, and its limit if it has one. By version 2 where both versions are
 * there.
 *
 * @param {{ pid?: number | 'self', root?: string }} [options]
 * @returns {{ usedBytes: number, limitBytes?: number } | undefined} undefined where there are no control groups
 */
function cgroupUse({ pid = 'self', root = '/' } = {}) {
  const groups = groupsOf(read(root, `proc/${pid}/cgroup`));
  const mounts = mountsOf(read(root, `proc/${pid}/mountinfo`));
  for (const version of /** @type {const} */ (['v2', 'v1'])) {
    const group = groups[version];
    const mount = mounts.find((candidate) => candidate.version === version);
    if (group === undefined || mount === undefined) continue;
    // The innermost directory that exists.
    for (const directory of directories(mount, group).reverse()) {
      const usedBytes = numberOf(read(root, path.join(directory, VERSIONS[version].used)));
      if (!Number.isFinite(usedBytes)) continue;
      const limitBytes = roomIn(root, directory, VERSIONS[version])?.limitBytes;
      return { usedBytes, ...(limitBytes !== undefined && { limitBytes }) };
    }
  }
  return undefined;
}

/**
 * The paths of `/proc/PID/cgroup` that memory is counted in: `0::/path` for version 2, `4:memory:/path` for version 1.
 *
 * @param {string} text
 */
function groupsOf(text) {
  /** @type {{ v1?: string, v2?: string }} */
  const groups = {};
  for (const line of text.split('\n')) {
    const [, hierarchy, controllers, group] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (hierarchy === '0' && controllers === '') groups.v2 = group;
    else if (controllers !== undefined && controllers.split(',').includes('memory')) groups.v1 = group;
  }
  return groups;
}

/**
 * Where the hierarchies are mounted: proc(5), `/proc/pid/mountinfo`.
 *
 * @param {string} text
 */
function mountsOf(text) {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    if (after === undefined) return [];
    const [type, , options = ''] = after.split(' ');
    const [, , , top, point] = before.split(' ').map(unescape);
    if (type === 'cgroup2') return [{ version: 'v2', top, point }];
    return type === 'cgroup' && options.split(',').includes('memory') ? [{ version: 'v1', top, point }] : [];
  });
}

/**
 * The directory of the group and those of the groups around it, as far as they are mounted.
 *
 * @param {{ top: string, point: string }} mount `top` is the group that is mounted at `point`
 * @param {string} group
 */
function directories({ top, point }, group) {
  const below = path.posix.relative(top, group);
  // The group lies outside of the mount: a container sees its own group at the top.
  const steps = below === '' || below.startsWith('..') ? [] : below.split('/');
  return [point, ...steps.map((_, at) => path.posix.join(point, ...steps.slice(0, at + 1)))];
}

/**
 * @param {string} root
 * @param {string} directory
 * @param {typeof VERSIONS[keyof typeof VERSIONS]} files
 * @returns {GroupRoom | undefined}
 */
function roomIn(root, directory, { limits, used, inactive }) {
  const known = limits
    .map((name) => ({ name, bytes: numberOf(read(root, path.join(directory, name))) }))
    .filter(({ bytes }) => bytes < UNLIMITED)
    .sort((a, b) => a.bytes - b.bytes);
  const current = numberOf(read(root, path.join(directory, used)));
  if (known.length === 0 || !Number.isFinite(current)) return undefined;
  const [, reclaimable = '0'] =
    new RegExp(`^${inactive} (\\d+)$`, 'm').exec(read(root, path.join(directory, 'memory.stat'))) ?? [];
  const bytes = known[0].bytes - Math.max(current - Number(reclaimable), 0);
  return { bytes: Math.max(bytes, 0), limit: path.join(directory, known[0].name), limitBytes: known[0].bytes };
}

/**
 * Infinity for `max`, NaN for a file that is not there.
 *
 * @param {string} text
 */
function numberOf(text) {
  const word = text.trim();
  return word === 'max' ? Infinity : word === '' ? NaN : Number(word);
}

/**
 * The whole file, or nothing when it cannot be read: then it sets no limit.
 *
 * @param {string} root
 * @param {string} name
 */
function read(root, name) {
  try {
    return fs.readFileSync(path.join(root, name), 'utf8');
  } catch {
    return '';
  }
}

/** Spaces and the like are octal in mountinfo. @param {string} text */
function unescape(text) {
  return text.replace(/\\(\d{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));
}

module.exports = { cgroupRoom, cgroupUse, groupsOf, mountsOf };
