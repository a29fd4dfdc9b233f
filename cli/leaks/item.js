'use strict';

const { INDENT } = require('./page');
const { nameOf, writeEdge } = require('../../words/reference');
const { mean, size } = require('../../words/numbers');
const { drawTable } = require('../table');

/** @type {import('../table').Column[]} */
const COLUMNS = [
  { title: '', cell: ({ part, level }) => '  '.repeat(level) + reference(part, level) + nameOf(part.name) },
  { title: 'objects', cell: ({ part }) => mean(part.count), align: 'right' },
  { title: 'bytes', cell: ({ part }) => size(part.size), align: 'right' },
];

/**
 * The parts of one leaked object, a line each.
 *
 * @param {import('../..').LeakPart} item
 * @param {import('../terminal').Terminal} terminal
 */
function drawItem(item, terminal) {
  return drawTable(COLUMNS, rows(item, 0), terminal, { indent: INDENT });
}

/**
 * @param {import('../..').LeakPart} part
 * @param {number} level
 * @returns {{ part: import('../..').LeakPart, level: number }[]}
 */
function rows(part, level) {
  return [{ part, level }, ...part.children.flatMap((child) => rows(child, level + 1))];
}

/**
 * @param {import('../..').LeakPart} part
 * @param {number} level
 */
function reference({ edge }, level) {
  if (level === 0 || edge === '') return '';
  const written = writeEdge(edge);
  return written === '' ? '' : `${written} → `;
}

module.exports = { drawItem };
