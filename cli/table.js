'use strict';

const { fit, widthOf, wrap } = require('../words/text');

const GAP = 2;
/** A name gets at least this many columns; optional columns are dropped for it. */
const NAME_WIDTH = 24;
/** A text that is shortened keeps at least this many columns. */
const LEAST_CELL = 8;
/** Limit without a terminal, as in a pipe: one long name must not make every line as long. */
const WIDEST_NAME = 100;
const WIDEST_CELL = 200;
/** Prose gets at least this many columns, in any place. */
const NARROWEST_PROSE = 40;

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {(row: any) => string} cell plain and harmless
 * @property {'left' | 'right'} [align]
 * @property {boolean} [flexible] gets the columns that the others leave; one for each table
 * @property {boolean} [prose] sentences: they wrap and are never cut; the last column
 * @property {'start' | 'end'} [keep] which end of a text stays when it is cut
 * @property {boolean} [optional] is dropped when the terminal is narrow, the last one first
 * @property {(cell: string, row: any) => string | string[] | undefined} [style]
 */

/**
 * A column with its texts and their greatest width.
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
  const shown = chooseColumns(measured, { table: terminal.tableWidth - indent, page: terminal.width - indent });
  const lines = rows.flatMap((row, at) =>
    drawRow(shown, at, (column, text) => {
      const format = column.style?.(text, row);
      return format ? terminal.style(format, text) : text;
    }),
  );
  const titles = header
    ? [
        join(
          shown.map(({ column, width }, position) =>
            place(column, column.title, width, position === shown.length - 1, (text) => terminal.style('dim', text)),
          ),
        ),
      ]
    : [];
  return [...titles, ...lines].map((line) => (' '.repeat(indent) + line).trimEnd());
}

/**
 * One line, or one for each line of the prose in the last column.
 *
 * @param {Measured[]} shown
 * @param {number} at
 * @param {(column: Column, text: string) => string} paint
 */
function drawRow(shown, at, paint) {
  const last = shown.length - 1;
  const { column, cells, width } = shown[last];
  const [first, ...more] = column.prose ? wrap(cells[at], width) : [cells[at]];
  const line = join(
    shown.map((one, position) =>
      place(one.column, position === last ? first : one.cells[at], one.width, position === last, (text) =>
        paint(one.column, text),
      ),
    ),
  );
  const margin = ' '.repeat(totalWidth(shown) - width);
  return [line, ...more.map((text) => margin + paint(column, text))];
}

/** @param {string[]} parts */
function join(parts) {
  return parts.join(' '.repeat(GAP));
}

/**
 * @param {Column} column
 * @param {any[]} rows
 * @param {boolean} header
 * @returns {Measured}
 */
function measure(column, rows, header) {
  const widest = column.prose ? Infinity : column.flexible ? WIDEST_NAME : WIDEST_CELL;
  const cells = rows.map((row) => fit(column.cell(row), widest, column.keep));
  const least = header ? widthOf(column.title) : 0;
  return { column, cells, width: cells.reduce((width, cell) => Math.max(width, widthOf(cell)), least) };
}

/**
 * Drops optional columns, then shortens names, then the longest texts, until a row fits. Numbers stay whole.
 *
 * @param {Measured[]} measured
 * @param {{ table: number, page: number }} available columns of a table, and of prose
 */
function chooseColumns(measured, { table, page }) {
  let shown = [...measured];
  const least = (/** @type {Measured} */ { column, width }) => {
    if (column.prose) return Math.min(width, NARROWEST_PROSE);
    return column.flexible || column.keep === 'end' ? Math.min(width, NAME_WIDTH) : width;
  };
  while (totalWidth(shown, least) > table) {
    const at = shown.findLastIndex(({ column }) => column.optional);
    if (at < 0) break;
    shown.splice(at, 1);
  }
  const last = shown[shown.length - 1];
  if (last.column.prose) {
    const room = Math.min(table, page) - (totalWidth(shown) - last.width);
    shown[shown.length - 1] = { ...last, width: Math.min(last.width, Math.max(room, NARROWEST_PROSE)) };
  }
  const isName = (/** @type {Measured} */ { column }) => column.flexible === true;
  const isText = (/** @type {Measured} */ { column }) => column.align !== 'right' && !column.prose;
  const steps = /** @type {const} */ ([
    [isName, NAME_WIDTH],
    [isText, NAME_WIDTH],
    [isText, LEAST_CELL],
  ]);
  return steps.reduce((columns, [mayGive, fewest]) => giveWay(columns, table, mayGive, fewest), shown);
}

/**
 * Shortens the widest of the columns that may shrink, until a row fits or none can shrink further.
 *
 * @param {Measured[]} shown
 * @param {number} available
 * @param {(one: Measured) => boolean} mayGive
 * @param {number} least columns that each keeps
 */
function giveWay(shown, available, mayGive, least) {
  const given = [...shown];
  for (let excess = totalWidth(given) - available; excess > 0; excess = totalWidth(given) - available) {
    const widest = given.reduce(
      (best, one, at) => (mayGive(one) && one.width > Math.max(least, given[best]?.width ?? 0) ? at : best),
      -1,
    );
    if (widest < 0) break;
    given[widest] = { ...given[widest], width: Math.max(given[widest].width - excess, least) };
  }
  return given;
}

/**
 * @param {Measured[]} shown
 * @param {(one: Measured) => number} [widthOfOne]
 */
function totalWidth(shown, widthOfOne = (one) => one.width) {
  return shown.reduce((sum, one) => sum + GAP + widthOfOne(one), -GAP);
}

/**
 * @param {Column} column
 * @param {string} cell
 * @param {number} width
 * @param {boolean} isLast the last cell of a line needs no padding
 * @param {(text: string) => string} paint
 */
function place(column, cell, width, isLast, paint) {
  const text = fit(cell, width, column.keep);
  const padding = ' '.repeat(Math.max(0, width - widthOf(text)));
  if (column.align === 'right') return padding + paint(text);
  return isLast ? paint(text) : paint(text) + padding;
}

module.exports = { drawTable };
