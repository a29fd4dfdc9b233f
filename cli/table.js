'use strict';

const { fit, widthOf } = require('../words/text');

const GAP = 2;
/** A name gets at least so many columns before others are given up. */
const NAME_WIDTH = 24;

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {(row: any) => string} cell plain and harmless
 * @property {'left' | 'right'} [align]
 * @property {boolean} [flexible] takes what the others leave; one a table
 * @property {'start' | 'end'} [keep] which end of a text stays when it is cut
 * @property {boolean} [optional] left out when the terminal is narrow, the last one first
 * @property {(cell: string, row: any) => string | string[] | undefined} [style]
 */

/**
 * A column with its cells made and measured.
 *
 * @typedef {{ column: Column, cells: string[], width: number }} Measured
 */

/**
 * Lines of a table, header first.
 *
 * @param {Column[]} columns
 * @param {any[]} rows
 * @param {import('./terminal').Terminal} terminal
 * @param {{ header?: boolean, indent?: number }} [options]
 */
function drawTable(columns, rows, terminal, { header = true, indent = 0 } = {}) {
  const measured = columns.map((column) => measure(column, rows, header));
  const shown = chooseColumns(measured, terminal.tableWidth - indent);
  const margin = ' '.repeat(indent);
  /** @type {(parts: string[]) => string} */
  const join = (parts) => (margin + parts.join(' '.repeat(GAP))).trimEnd();
  const lines = rows.map((row, at) => join(shown.map(({ column, cells, width }, position) =>
    place(column, cells[at], width, position === shown.length - 1, (text) => {
      const format = column.style?.(text, row);
      return format ? terminal.style(format, text) : text;
    }))));
  if (!header) return lines;
  const titles = shown.map(({ column, width }, position) =>
    place(column, column.title, width, position === shown.length - 1, (text) => terminal.style('dim', text)));
  return [join(titles), ...lines];
}

/**
 * @param {Column} column
 * @param {any[]} rows
 * @param {boolean} header
 * @returns {Measured}
 */
function measure(column, rows, header) {
  const cells = rows.map((row) => column.cell(row));
  const least = header ? widthOf(column.title) : 0;
  return { column, cells, width: cells.reduce((widest, cell) => Math.max(widest, widthOf(cell)), least) };
}

/**
 * Gives up optional columns, then the length of names, until a row fits.
 *
 * @param {Measured[]} measured
 * @param {number} available
 */
function chooseColumns(measured, available) {
  const shown = [...measured];
  /** @type {(nameWidth: number) => number} */
  const total = (nameWidth) => shown.reduce((sum, { column, width }) =>
    sum + GAP + (column.flexible ? Math.min(width, nameWidth) : width), -GAP);
  while (total(NAME_WIDTH) > available) {
    const at = shown.findLastIndex(({ column }) => column.optional);
    if (at < 0) break;
    shown.splice(at, 1);
  }
  const excess = total(Infinity) - available;
  return excess <= 0 ? shown : shown.map((one) =>
    (one.column.flexible ? { ...one, width: Math.max(1, one.width - excess) } : one));
}

/**
 * @param {Column} column
 * @param {string} cell
 * @param {number} width
 * @param {boolean} isLast nothing follows that would need the padding
 * @param {(text: string) => string} paint
 */
function place(column, cell, width, isLast, paint) {
  const text = fit(cell, width, column.keep);
  const padding = ' '.repeat(Math.max(0, width - widthOf(text)));
  if (column.align === 'right') return padding + paint(text);
  return isLast ? paint(text) : paint(text) + padding;
}

module.exports = { drawTable };
