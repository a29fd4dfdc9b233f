#!/usr/bin/env node
'use strict';

const path = require('node:path');
const { readArguments } = require('./arguments');
const { COMMAND_NAMES, findCommand } = require('./commands');
const { commandHelp, generalHelp } = require('./help');
const { Output } = require('./output');
const { OPTIONS } = require('./options');
const { PROGRAM } = require('./program');
const { ProgressBar } = require('./progress');
const { checkOneInput } = require('./standard-streams');
const { describeTerminal } = require('./terminal');
const { harmless } = require('../words/text');
const { UsageError, nearest } = require('./usage');

const PACKAGE = '../package.json';
const EXIT = { FINE: 0, USAGE: 2, INPUT: 3, INTERRUPTED: 130 };
/** Time for running work to stop after Ctrl-C. */
const GRACE_MS = 2000;

/**
 * The parts that a command works with.
 *
 * @typedef {object} Context
 * @property {string[]} operands
 * @property {Record<string, any>} options
 * @property {Output} output
 * @property {import('./terminal').Terminal} terminal
 * @property {ProgressBar} progress
 * @property {AbortSignal} signal fires on Ctrl-C
 */

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
  // When a snapshot on standard input is not read to its end, the open input would keep the process alive.
  if (process.argv.includes('-')) process.stdin.destroy();
});

/** @param {string[]} argv */
async function main(argv) {
  const output = new Output(process.stdout);
  const progress = new ProgressBar(process.stderr);
  const interruption = new AbortController();
  process.once('SIGINT', () => {
    interruption.abort();
    // Work that cannot stop is left behind, such as a write to a reader that does not read.
    setTimeout(() => process.exit(EXIT.INTERRUPTED), invocation?.command?.graceMs ?? GRACE_MS).unref();
  });
  /** @type {import('./arguments').Invocation | undefined} */
  let invocation;
  try {
    invocation = readArguments(argv);
    const code = await run(invocation, { output, progress, signal: interruption.signal });
    await output.flush();
    return interruption.signal.aborted && !invocation.command?.isEndedByUser ? EXIT.INTERRUPTED : code;
  } catch (error) {
    progress.stop();
    if (interruption.signal.aborted) return EXIT.INTERRUPTED;
    await output.flush().catch(() => {});
    return explain(error, invocation);
  } finally {
    progress.stop();
  }
}

/**
 * @param {import('./arguments').Invocation} invocation
 * @param {Pick<Context, 'output' | 'progress' | 'signal'>} surroundings
 * @returns {Promise<number>} the exit code
 */
async function run({ command, operands, options }, { output, progress, signal }) {
  const color = options['no-color'] ? false : options.color;
  const terminal = describeTerminal(process.stdout, { color });
  if (options.version) {
    await output.write(`${/** @type {{ version: string }} */ (require(PACKAGE)).version}\n`);
    return EXIT.FINE;
  }
  if (!command) {
    if (!options.help)
      throw Object.assign(new UsageError('a command is missing'), {
        lines: ['', ...generalHelp(describeTerminal(process.stderr, { color })), ''],
      });
    await output.lines(generalHelp(terminal));
    return EXIT.FINE;
  }
  if (options.help || command.name === 'help') {
    const topic = command.name === 'help' ? operands[0] : command.name;
    await output.lines(helpOn(topic, terminal));
    return EXIT.FINE;
  }
  checkOperands(command, operands);
  const isRead = Object.keys(options).filter((name) => OPTIONS[name].isRead);
  checkOneInput([...(command.filesOf?.(operands) ?? operands), ...isRead.flatMap((name) => options[name])]);
  const code = await command.run({ operands, options, output, terminal, progress, signal });
  return code ?? EXIT.FINE;
}

/**
 * @param {string | undefined} topic
 * @param {import('./terminal').Terminal} terminal
 */
function helpOn(topic, terminal) {
  if (topic === undefined || topic === 'help') return generalHelp(terminal);
  const command = findCommand(topic);
  if (command) return commandHelp(command, terminal);
  const suggestion = nearest(topic, COMMAND_NAMES);
  throw new UsageError(`there is no command '${topic}'${suggestion ? `; did you mean '${suggestion}'?` : ''}`);
}

/**
 * @param {import('./commands').Command} command
 * @param {string[]} operands
 */
function checkOperands(command, operands) {
  const { least, most, wanted } = command.operands;
  if (operands.length < least || operands.length > most) {
    throw new UsageError(
      `heaphound ${command.name} takes ${wanted}, not ${operands.length === 0 ? 'none' : operands.length}`,
      { cause: command },
    );
  }
}

/**
 * Prints the error and the remedy on standard error.
 *
 * @param {any} error
 * @param {import('./arguments').Invocation | undefined} invocation
 */
function explain(error, invocation) {
  if (error instanceof UsageError || error.code === 'HEAPHOUND_ERR_OPTION') {
    const command = error.cause ?? invocation?.command;
    console.error(`error: ${harmless(error.message)}`);
    for (const line of error.lines ?? []) console.error(line);
    if (command) console.error(`usage: heaphound ${command.synopsis} [options]`);
    console.error(`Try: ${PROGRAM} ${command ? `${command.name} --help` : 'help'}`);
    return EXIT.USAGE;
  }
  const file = fileOf(error, invocation);
  // The engine names a file by its full path; the name from the command line stands in front already.
  const message =
    file === undefined ? String(error.message ?? error) : error.message.replace(` ${path.resolve(file)}`, '');
  const front = file === undefined ? '' : `${file === '-' ? 'standard input' : file}: `;
  console.error(`error ${error.code ?? 'HEAPHOUND_ERR_INTERNAL'}: ${harmless(front + message)}`);
  if (process.env.HEAPHOUND_DEBUG)
    String(error.stack)
      .split('\n')
      .forEach((line) => console.error(harmless(line)));
  return EXIT.INPUT;
}

/**
 * The operand with the error, if it is known.
 *
 * @param {any} error
 * @param {import('./arguments').Invocation | undefined} invocation
 */
function fileOf(error, invocation) {
  // The message names the file already, and it is not the one that was read.
  if (error.isWhole || ['HEAPHOUND_ERR_BASELINE', 'HEAPHOUND_ERR_BUDGET', 'HEAPHOUND_ERR_REPORT'].includes(error.code))
    return undefined;
  const files = invocation?.command?.filesOf?.(invocation.operands) ?? [];
  return files.length === 1 ? files[0] : error.file;
}
