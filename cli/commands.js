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
 * @property {(context: import('./main').Context) => Promise<number | void>} run gives the exit code, if it is not 0
 */

/** In the order of the help: from the most frequent question to the rarest. @type {Command[]} */
const COMMANDS = [
  require('./commands/leaks'),
  require('./commands/suspects'),
  require('./commands/explain'),
  require('./commands/check'),
  require('./commands/verify'),
  require('./commands/diff'),
  require('./commands/summary'),
  require('./commands/stats'),
  require('./commands/contexts'),
  require('./commands/node'),
  require('./commands/path'),
  require('./commands/dominators'),
  require('./commands/strings'),
  require('./commands/query'),
  require('./commands/redact'),
  require('./commands/decrypt'),
  require('./commands/capture'),
  require('./commands/watch-dir'),
  require('./commands/help'),
];

module.exports = { COMMANDS };
