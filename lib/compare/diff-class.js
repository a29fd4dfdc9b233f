'use strict';

const { optionError } = require('../errors');

const NUMBERS = /** @type {const} */ (['countDelta', 'sizeDelta']);
/** Columns that need comparable ids. */
const COUNTS_BY_ID = /** @type {const} */ ([
  'addedCount',
  'removedCount',
  'addedSize',
  'removedSize',
  'addedRetainedSize',
  'grownSize',
  'shrunkSize',
]);
const IDS = /** @type {const} */ (['addedIds', 'removedIds', 'grownIds']);

/**
 * Adds the method `class` to a diff: the changes of one class, by its name.
 *
 * @param {Omit<import('../..').DiffDocument, 'class'>} document
 * @param {string} names of all classes and functions of the newer snapshot, each between two line breaks
 * @returns {import('../..').DiffDocument}
 */
function withClasses(document, names) {
  const value = (/** @type {string} */ name) => {
    if (typeof name !== 'string') throw optionError('name', 'must be the name of a class');
    // Two classes may have one name: what is there may be a part.
    if (document.leftOut > 0) throw optionError('limit', `may have cut ${name} off: compare without it`);
    const rows = [...document.classes, ...document.resized].filter((row) => row.name === name);
    // A name that is no class would have no growth for ever.
    if (rows.length === 0 && !names.includes(`\n${name}\n`))
      throw optionError('name', `${name} is no class in these snapshots: is it right, and its module loaded?`);
    return sumOf(name, rows, document.comparison.ids);
  };
  return /** @type {import('../..').DiffDocument} */ (Object.defineProperty(document, 'class', { value }));
}

/**
 * @param {string} name
 * @param {import('../..').ClassDiff[]} rows
 * @param {boolean} byIds
 * @returns {import('../..').ClassDiff}
 */
function sumOf(name, rows, byIds) {
  const total = (/** @type {typeof NUMBERS[number] | typeof COUNTS_BY_ID[number]} */ field) =>
    rows.reduce((sum, row) => sum + Number(row[field]), 0);
  const sums = Object.fromEntries(NUMBERS.map((field) => [field, total(field)]));
  const known = Object.fromEntries(COUNTS_BY_ID.map((field) => [field, byIds ? total(field) : null]));
  const ids = Object.fromEntries(IDS.map((field) => [field, byIds ? rows.flatMap((row) => row[field]) : null]));
  const location = rows.find((row) => row.location)?.location;
  const counts = /** @type {import('../..').ClassDiff} */ (/** @type {object} */ ({ ...sums, ...known, ...ids }));
  return { ...counts, key: rows[0]?.key ?? '', name, ...(location ? { location } : {}) };
}

module.exports = { withClasses };
