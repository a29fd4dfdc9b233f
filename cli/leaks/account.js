'use strict';

// The table of all growth, for people.

const { INDENT, section } = require('./page');
const { classesOf, titleOf } = require('../../words/leak-accounting');
const { sizeDelta } = require('../../words/numbers');
const { sentence } = require('../../words/text');
const { drawTable } = require('../table');

/**
 * All lines; their sum stands below them.
 *
 * @param {import('../..').LeakDocument} document
 * @param {import('../terminal').Terminal} terminal
 */
function drawAccount({ accounting, leaks }, terminal) {
  /** @type {import('../table').Column[]} */
  const columns = [
    { title: '', cell: (row) => row.title, style: () => 'cyan' },
    { title: '', cell: (row) => sizeDelta(row.size), align: 'right' },
    { title: '', cell: (row) => row.because, flexible: true },
  ];
  const rows = accounting.lines.map((line) => ({
    title: titleOf(line, leaks),
    size: line.size,
    because: sentence(line.because) + classesOf(line),
  }));
  const sum = { title: 'all', size: accounting.size, because: 'the last snapshot less the first' };
  return section(
    'All that grew',
    drawTable(columns, [...rows, sum], terminal, { header: false, indent: INDENT }),
    terminal,
  );
}

module.exports = { drawAccount };
