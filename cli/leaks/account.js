'use strict';

// Where all of the growth belongs, for people.

const { INDENT, section } = require('./page');
const { classesOf, shares, tellOutside, tellUnknown, titleOf } = require('../../words/leak-accounting');
const { sizeDelta } = require('../../words/numbers');
const { sentence } = require('../../words/text');
const { drawTable } = require('../table');

/** Begins the headline where no verdict is possible. */
const UNKNOWN = 'Cannot tell';

/**
 * Lines beside a verdict: the shares, and what a leak does not explain, in the heap and outside of it.
 *
 * @param {import('../..').LeakDocument} document
 */
function tellAccount(document) {
  const { accounting, outside, verdict } = document;
  return [
    ...(!accounting.isExplained && verdict === 'leak' ? [`Beside what leaks, ${tellUnknown(document).headline}`] : []),
    ...[shares(document)].filter((line) => line !== ''),
    ...(outside?.isUnexplained && verdict === 'leak' ? [`Also, ${tellOutside(outside).headline}`] : []),
  ];
}

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

module.exports = { UNKNOWN, drawAccount, tellAccount };
