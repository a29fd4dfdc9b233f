'use strict';

const { allCommands } = require('./commands');
const { COMMON, OPTIONS } = require('./options');
const { drawTable } = require('./table');
const { widthOf, wrap } = require('../words/text');

const INDENT = 2;
/** Least columns for a meaning beside its name. With fewer it goes below. */
const LEAST_MEANING = 40;

/** @type {import('./table').Column[]} */
const COMMAND_COLUMNS = [
  { title: '', cell: (command) => command.synopsis },
  { title: '', cell: (command) => command.summary, prose: true },
];
/** @type {import('./table').Column[]} */
const OPTION_COLUMNS = [
  {
    title: '',
    cell: ([name, option]) =>
      `${option.short ? `-${option.short}, ` : ''}--${name}${option.value ? ` ${option.value}` : ''}`,
  },
  { title: '', cell: ([, option]) => option.help, prose: true },
];

/**
 * Lines of `heaphound help`.
 *
 * @param {import('./terminal').Terminal} terminal
 */
function generalHelp(terminal) {
  return [
    `${terminal.style('bold', 'heaphound')} finds memory leaks in Node.js heap snapshots.`,
    '',
    'usage: heaphound COMMAND FILE… [options]',
    '',
    ...drawPairs(COMMAND_COLUMNS, allCommands(), terminal),
    '',
    ...[
      'FILE is a .heapsnapshot or .heaptimeline, plain or compressed by gzip or zstd; - reads standard input.',
      'For the options of a command: heaphound COMMAND --help',
      '',
      'Exit codes: 0 fine, 1 leaks found (leaks, check, verify), 2 the command line is wrong, 3 the input is bad, ' +
        '4 no leak was found, and the snapshots do not show that there is none (leaks, check, verify).',
    ].flatMap((text) => wrap(text, terminal.width)),
  ];
}

/**
 * Lines of `heaphound COMMAND --help`.
 *
 * @param {import('./commands').Command} command
 * @param {import('./terminal').Terminal} terminal
 */
function commandHelp(command, terminal) {
  const options = [...command.options, ...(command.common ?? COMMON)].map((name) => [
    name,
    { ...OPTIONS[name], help: command.optionHelp?.[name] ?? OPTIONS[name].help },
  ]);
  return [
    `usage: heaphound ${command.synopsis} [options]`,
    '',
    ...wrap(command.description.join(' '), terminal.width),
    '',
    ...drawPairs(OPTION_COLUMNS, options, terminal),
    ...(command.examples ? ['', 'Examples:', ...command.examples.map((example) => `  ${example}`)] : []),
  ];
}

/**
 * Names and their meanings: side by side, or one below the other where there is no room.
 *
 * @param {import('./table').Column[]} columns
 * @param {any[]} rows
 * @param {import('./terminal').Terminal} terminal
 */
function drawPairs(columns, rows, terminal) {
  const [name, meaning] = columns;
  const widest = Math.max(...rows.map((row) => widthOf(name.cell(row))));
  if (INDENT + widest + INDENT + LEAST_MEANING <= terminal.width) {
    return drawTable(columns, rows, terminal, { header: false, indent: INDENT });
  }
  const margin = ' '.repeat(INDENT);
  return rows.flatMap((row) => [
    margin + name.cell(row),
    ...wrap(meaning.cell(row), terminal.width - 3 * INDENT).map((line) => margin.repeat(3) + line),
  ]);
}

module.exports = { generalHelp, commandHelp };
