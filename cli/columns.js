'use strict';

const { distance, size, count } = require('../words/numbers');
const { printLocation } = require('../words/location');
const { label } = require('../words/text');

// Columns that several tables share.

/**
 * @param {string} title
 * @param {import('./table').Column['cell']} cell
 * @param {Partial<import('./table').Column>} [more]
 * @returns {import('./table').Column}
 */
const right = (title, cell, more) => ({ title, cell, align: 'right', ...more });

/** @type {(title: string, cell?: (row: any) => string) => import('./table').Column} */
const nameColumn = (title, cell = (row) => label(row.name || row.className || '')) => ({
  title,
  cell,
  flexible: true,
  style: () => 'cyan',
});
/** @type {() => import('./table').Column} */
const idColumn = () => ({ title: 'Id', cell: (row) => `@${row.id}` });
/** @type {(title: string, countOf?: (row: any) => number) => import('./table').Column} */
const countColumn = (title, countOf = (row) => row.count) => right(title, (row) => count(countOf(row)));
/** @type {(title: string, sizeOf: (row: any) => number, more?: Partial<import('./table').Column>) => import('./table').Column} */
const sizeColumn = (title, sizeOf, more) => right(title, (row) => size(sizeOf(row)), more);
const distanceColumn = () => right('Distance', (row) => distance(row.distance), { optional: true });
/** @type {() => import('./table').Column} */
const locationColumn = () => ({
  title: 'Location',
  cell: (row) => printLocation(row.location),
  optional: true,
  keep: 'end',
  style: () => 'dim',
});

module.exports = { nameColumn, idColumn, countColumn, sizeColumn, distanceColumn, locationColumn, right };
