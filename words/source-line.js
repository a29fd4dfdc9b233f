'use strict';

// A line of a source as a page has room for it.

const LINE_BREAK = /\r\n|[\n\r\u2028\u2029]/;
const TAB = '  ';
/** Of the room this part stands before the column, where the line is cut at both ends. */
const BEFORE = 0.4;

/**
 * The lines of a program, as JavaScript counts them.
 *
 * @param {string} text
 */
function linesOf(text) {
  return text.split(LINE_BREAK);
}

/**
 * The part of a line around a column that fits, with an ellipsis at each end where something is missing. A tab is two
 * blanks.
 *
 * @param {string} line
 * @param {number} column from 1
 * @param {number} width characters at most
 * @returns {{ text: string, column: number }} `column`: of the same character in the text
 */
function cutAround(line, column, width) {
  const before = line.slice(0, column - 1).replaceAll('\t', TAB);
  const at = before.length;
  const whole = before + line.slice(column - 1).replaceAll('\t', TAB);
  if (whole.length <= width) return { text: whole, column: at + 1 };
  const start = startOf(whole, at, width);
  const end = start + width;
  const text =
    (start > 0 ? `…${whole.slice(start + 1, end)}` : whole.slice(0, end)).slice(
      0,
      end < whole.length ? -1 : undefined,
    ) + (end < whole.length ? '…' : '');
  return { text: wellFormed(text), column: at - start + 1 };
}

/**
 * @param {string} whole
 * @param {number} at
 * @param {number} width
 */
function startOf(whole, at, width) {
  // The ellipsis must not stand in the place of the character.
  if (at < width - 1) return 0;
  return Math.min(at - Math.floor(width * BEFORE), whole.length - width);
}

/**
 * A pair of which a cut left one half.
 *
 * @param {string} text
 */
function wellFormed(text) {
  return text.replace(/^…[\udc00-\udfff]/, '… ').replace(/[\ud800-\udbff]…$/, ' …');
}

module.exports = { cutAround, linesOf };
