'use strict';

const { drawTable } = require('./table');
const { count } = require('../words/numbers');

const DEFAULT_ROWS = 30;

/**
 * Number of rows for a person.
 *
 * @param {Record<string, any>} options
 */
function rowLimit(options) {
  return options.limit ?? DEFAULT_ROWS;
}

/**
 * Prints the first rows as a table, and the number of the others.
 *
 * @param {import('./main').Context} context
 * @param {import('./table').Column[]} columns
 * @param {any[]} rows all rows, or one more than the limit when the total is unknown
 * @param {{ none: string, total?: number }} options `none`: the text without a row
 */
async function printRows({ output, terminal, options }, columns, rows, { none, total }) {
  if (rows.length === 0) {
    await output.write(`${none}\n`);
    return;
  }
  const shown = rows.slice(0, rowLimit(options));
  await output.lines(drawTable(columns, shown, terminal));
  if (shown.length === (total ?? rows.length)) return;
  const rest = total === undefined ? 'more' : `${count(total - shown.length)} more`;
  await output.write(terminal.style('dim', `… and ${rest}: --limit shows them\n`));
}

module.exports = { rowLimit, printRows };
