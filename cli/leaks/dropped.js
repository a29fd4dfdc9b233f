'use strict';

// Growth that a rule dropped, for people who expected a leak.

const { INDENT, section } = require('./page');
const { nameOf, sum } = require('../../words/leak-sentences');
const { countDelta, sizeDelta } = require('../../words/numbers');
const { DROPPED_TITLE } = require('../../words/leak-verdict');
const { sentence } = require('../../words/text');
const { drawTable } = require('../table');

/**
 * A line for each growth: the class, how much came, the rule, and its sentence.
 *
 * @param {import('../..').LeakDocument} document
 * @param {import('../terminal').Terminal} terminal
 * @returns {string[]} none when no rule dropped anything
 */
function drawDropped({ dropped = [] }, terminal) {
  if (dropped.length === 0) return [];
  /** @type {import('../table').Column[]} */
  const columns = [
    { title: '', cell: (row) => nameOf(row.className), style: () => 'cyan' },
    { title: '', cell: growthOf, align: 'right' },
    { title: '', cell: (row) => row.rule },
    { title: '', cell: (row) => sentence(row.because), prose: true },
  ];
  return section(DROPPED_TITLE, drawTable(columns, dropped, terminal, { header: false, indent: INDENT }), terminal);
}

/** @param {import('../..').DroppedGrowth} growth */
function growthOf({ countGrowth, sizeGrowth }) {
  const objects = sum(countGrowth);
  return objects > 0 ? countDelta(objects) : sizeDelta(sum(sizeGrowth));
}

module.exports = { drawDropped };
