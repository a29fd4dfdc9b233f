'use strict';

const { parseArgs } = require('node:util');
const { COMMAND_NAMES, findCommand } = require('./commands');
const { COMMON, OPTIONS } = require('./options');
const { UsageError, nearest } = require('./usage');

/** `app.heapsnapshot.json` is the sidecar of `app.heapsnapshot`. */
const SIDECAR = '.json';

/**
 * @typedef {object} Invocation
 * @property {import('./commands').Command} [command]
 * @property {string[]} operands the words after the command
 * @property {Record<string, any>} options converted and checked
 */

/**
 * Reads a command line.
 *
 * @param {string[]} argv without node and the script
 * @returns {Invocation}
 */
function readArguments(argv) {
  const { tokens = [] } = parseArgs({
    args: argv,
    options: shapeOfOptions(),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const { words, series } = withSeries(tokens);
  const command = words.length > 0 ? commandCalled(words[0]) : undefined;
  /** @type {Record<string, any>} */
  const options = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const value = readOption(token, command);
    const values = [value, ...(series.get(token.index) ?? [])];
    options[token.name] = OPTIONS[token.name].several ? [...(options[token.name] ?? []), ...values] : value;
  }
  for (const name of Object.keys(options).filter((name) => OPTIONS[name].isSeries)) {
    options[name] = withoutSidecars(options[name], options[name]);
  }
  const operands = words.slice(1);
  return { command, operands: withoutSidecars(operands, command?.filesOf?.(operands)), options };
}

/**
 * The shell makes of `heaps/*` every snapshot and, after it, its sidecar, which is read with its snapshot anyway. A
 * sidecar alone stays: the command refuses it.
 *
 * @param {string[]} words
 * @param {string[]} [files] those of them that are read
 */
function withoutSidecars(words, files = []) {
  const read = new Set(files);
  const isSidecar = (/** @type {string} */ word) =>
    word.endsWith(SIDECAR) && read.has(word) && read.has(word.slice(0, -SIDECAR.length));
  return words.filter((word) => !isSidecar(word));
}

/**
 * The words of the command line, without those that belong to the option before them.
 *
 * @param {NonNullable<ReturnType<typeof parseArgs>['tokens']>} tokens
 */
function withSeries(tokens) {
  /** @type {string[]} */
  const words = [];
  /** @type {Map<number, string[]>} */
  const series = new Map();
  /** @type {string[] | undefined} */
  let open;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      (open ?? words).push(token.value);
      continue;
    }
    open = undefined;
    if (token.kind !== 'option' || !OPTIONS[token.name]?.isSeries) continue;
    open = [];
    series.set(token.index, open);
  }
  return { words, series };
}

/** @returns {import('node:util').ParseArgsOptionsConfig} */
function shapeOfOptions() {
  return Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { value, short }]) => [
      name,
      { type: value ? 'string' : 'boolean', ...(short && { short }) },
    ]),
  );
}

/** @param {string} name */
function commandCalled(name) {
  const command = findCommand(name);
  if (command) return command;
  const suggestion = nearest(name, COMMAND_NAMES);
  throw new UsageError(`there is no command '${name}'${suggestion ? `; did you mean '${suggestion}'?` : ''}`);
}

/**
 * @param {any} token
 * @param {import('./commands').Command | undefined} command
 */
function readOption(token, command) {
  const known = command
    ? [...(command.common ?? COMMON), ...command.options]
    : ['help', 'version', 'color', 'no-color'];
  const option = OPTIONS[token.name];
  if (!option || !known.includes(token.name)) {
    // `--version` belongs to no command, and works with each.
    if (token.name === 'version') return true;
    const suggestion = nearest(token.name, known);
    const owner = command ? `heaphound ${command.name}` : 'heaphound';
    throw new UsageError(
      `${owner} has no option ${token.rawName}${suggestion ? `; did you mean --${suggestion}?` : ''}`,
      { cause: command },
    );
  }
  if (!option.value) {
    if (token.value !== undefined) throw new UsageError(`--${token.name} takes no value`, { cause: command });
    return true;
  }
  if (token.value === undefined || token.value === '') {
    throw new UsageError(`--${token.name} needs a value: --${token.name} ${option.value}`, { cause: command });
  }
  return option.read ? option.read(token.value, `--${token.name}`) : token.value;
}

module.exports = { readArguments };
