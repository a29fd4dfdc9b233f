'use strict';

// Core dumps that the kernel writes into the folder of a process.

const fs = require('node:fs');
const path = require('node:path');

/**
 * Why the system writes none into the folder of a process, if so.
 *
 * @returns {string | undefined}
 */
function whyNoCores() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'core dumps are read on Linux, of x86-64';
  const pattern = fs.readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();
  if (pattern === '' || pattern.startsWith('|') || pattern.includes('/'))
    return `the system writes core dumps elsewhere (core_pattern: ${pattern})`;
  const limits = fs.readFileSync('/proc/self/limits', 'utf8');
  const hard = /Max core file size\s+\S+\s+(\S+)/.exec(limits)?.[1];
  return hard === 'unlimited' ? undefined : `core dumps are limited (ulimit -H -c: ${hard})`;
}

/**
 * A command that runs with core dumps, and its arguments.
 *
 * @param {string[]} command
 * @param {string} [filter] `coredump_filter`
 * @returns {[string, string[]]}
 */
function withCores(command, filter = '0x33') {
  const script = 'ulimit -c unlimited && echo "$0" > /proc/self/coredump_filter && exec "$@"';
  return ['bash', ['-c', script, filter, ...command]];
}

/**
 * The core dump in a folder, where nothing else has such a name.
 *
 * @param {string} folder
 * @param {number} pid
 * @returns {string | undefined}
 */
function coreIn(folder, pid) {
  const pattern = fs.readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();
  const fixed = pattern.split('%')[0];
  const names = fs
    .readdirSync(folder)
    .filter((name) => name.startsWith('core') || (fixed !== '' && name.startsWith(fixed)));
  const name = names.find((name) => name.includes(String(pid))) ?? names[0];
  return name === undefined ? undefined : path.join(folder, name);
}

module.exports = { coreIn, whyNoCores, withCores };
