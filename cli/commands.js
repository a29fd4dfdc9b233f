'use strict';

/**
 * @typedef {object} Command
 * @property {string} name
 * @property {string} synopsis
 * @property {string} summary one line for the list of commands
 * @property {string[]} description
 * @property {string[]} options names of its options, without the common ones
 * @property {string[]} [common] names of the common options that it takes. Default: all
 * @property {Record<string, string>} [optionHelp] help texts of options with a particular meaning in this command
 * @property {string[]} [examples]
 * @property {{ least: number, most: number, wanted: string }} operands
 * @property {(operands: string[]) => string[]} [filesOf] which operands are files
 * @property {number} [graceMs] time to stop after Ctrl-C, where the usual time is too short
 * @property {boolean} [isEndedByUser] it runs until the user ends it, which is no interruption
 * @property {(context: import('./main').Context) => Promise<number | void>} run gives the exit code, if it is not 0
 */

/**
 * In the order of the help: from the most frequent question to the rarest. A file is loaded when its command is asked
 * for, and all are for the help.
 *
 * @type {Map<string, () => Command>}
 */
const FILES = new Map([
  ['leaks', () => require('./commands/leaks')],
  ['suspects', () => require('./commands/suspects')],
  ['report', () => require('./commands/report')],
  ['view', () => require('./commands/view')],
  ['explain', () => require('./commands/explain')],
  ['check', () => require('./commands/check')],
  ['verify', () => require('./commands/verify')],
  ['diff', () => require('./commands/diff')],
  ['summary', () => require('./commands/summary')],
  ['stats', () => require('./commands/stats')],
  ['contexts', () => require('./commands/contexts')],
  ['node', () => require('./commands/node')],
  ['path', () => require('./commands/path')],
  ['dominators', () => require('./commands/dominators')],
  ['strings', () => require('./commands/strings')],
  ['query', () => require('./commands/query')],
  ['export', () => require('./commands/export')],
  ['redact', () => require('./commands/redact')],
  ['decrypt', () => require('./commands/decrypt')],
  ['capture', () => require('./commands/capture')],
  ['freeze', () => require('./commands/freeze')],
  ['memory', () => require('./commands/memory')],
  ['thaw', () => require('./commands/thaw')],
  ['watch-dir', () => require('./commands/watch-dir')],
  ['help', () => require('./commands/help')],
]);

const COMMAND_NAMES = [...FILES.keys()];

/** @param {string} name */
function findCommand(name) {
  return FILES.get(name)?.();
}

function allCommands() {
  return [...FILES.values()].map((load) => load());
}

module.exports = { COMMAND_NAMES, allCommands, findCommand };
