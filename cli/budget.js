'use strict';

// The budget of a heap: its file, and its table.

const { readInput } = require('./standard-streams');
const { count, counted, size } = require('../words/numbers');
const { label, wrap } = require('../words/text');
const { right } = require('./columns');
const { drawTable } = require('./table');
const { UsageError } = require('./usage');

/** @typedef {import('..').BudgetLine} Line */

const MEASURES = { count: 'objects', bytes: 'bytes', retained: 'retained bytes' };

/**
 * @param {string} file
 * @returns {import('..').Budget}
 */
function readBudgetFile(file) {
  let text;
  try {
    text = readInput(file).toString('utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw budgetError(`${file} cannot be read: ${/** @type {Error} */ (error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw budgetError(`${file} is no JSON: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {string} message */
function budgetError(message) {
  return Object.assign(new Error(`the budget ${message}`), { code: 'HEAPHOUND_ERR_BUDGET' });
}

/**
 * @param {import('..').BudgetDocument} document
 * @param {import('./terminal').Terminal} terminal
 * @returns {string[]}
 */
function tellBudget({ lines, over, absent }, terminal) {
  const written = (/** @type {Line} */ { measure }, /** @type {number} */ value) =>
    measure === 'count' ? count(value) : size(value);
  const columns = [
    {
      title: 'Budget',
      cell: (/** @type {Line} */ { of, name, measure }) =>
        `${of === 'total' ? 'the whole heap' : label(name)}, ${MEASURES[measure]}`,
    },
    right('Is', (line) => written(line, line.is)),
    right('Most', (line) => written(line, line.most)),
    right('Over', (line) => (line.over > 0 ? written(line, line.over) : ''), { style: () => 'bold' }),
  ];
  const verdict =
    over === 0
      ? `Within the budget: ${counted(lines.length, 'limit')} kept.`
      : `Over the budget: ${over} of ${counted(lines.length, 'limit')}.`;
  const names = absent.map(label).join(', ');
  const doubt =
    absent.length === 0 ? [] : wrap(`This heap has nothing of ${names}: is the name spelt right?`, terminal.width);
  return [
    ...drawTable(columns, lines, terminal),
    '',
    terminal.style(over === 0 ? ['bold', 'green'] : ['bold', 'red'], verdict),
    ...doubt.map((line) => terminal.style('yellow', line)),
  ];
}

module.exports = { budgetError, readBudgetFile, tellBudget };
