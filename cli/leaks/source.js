'use strict';

// Lines of a source beside their numbers, the one that matters marked.

const { harmless, widthOf, fit } = require('../../words/text');
const { cutAround } = require('../../words/source-line');

const MARK = '▸';
const RULE = '│';

/**
 * A line of a terminal for each line of the source: the mark, the number, and the text in one colour, which nothing in
 * it can change. Each is cut to the width, the marked one around its column.
 *
 * @param {import('../..').SourceText} source
 * @param {{ terminal: import('../terminal').Terminal, width: number }} options `width`: columns for all of it
 * @returns {string[]}
 */
function drawSource({ line, column, text, before = [], after = [] }, { terminal, width }) {
  const first = line - before.length;
  const rows = [...before, text, ...after];
  const digits = String(first + rows.length - 1).length;
  const room = Math.max(width - digits - 5, 1);
  return rows.map((row, at) => {
    const isMarked = at === before.length;
    const number = String(first + at).padStart(digits);
    const cut = cutAround(row, isMarked ? column : 1, room).text;
    const shown = fit(harmless(cut), room);
    const front = rows.length === 1 ? `${number} ${RULE} ` : `${isMarked ? MARK : ' '} ${number} ${RULE} `;
    if (widthOf(shown) === 0) return terminal.style('dim', front.trimEnd());
    return terminal.style(isMarked ? 'bold' : 'dim', front) + terminal.style(isMarked ? 'yellow' : 'dim', shown);
  });
}

module.exports = { drawSource };
