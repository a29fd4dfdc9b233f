'use strict';

// A page of a list that is in memory: searched, sorted, cut.

/** Rows of one answer. */
const MOST_ROWS = 200;

/** @typedef {Record<string, string | number | null | undefined>} Row by the members that it can be sorted by */
/**
 * @typedef {object} Wanted
 * @property {string} [search] part of a name, in any case
 * @property {string} [sort] a member of the rows
 * @property {'asc' | 'desc'} [direction] default: texts from A on, numbers from the largest on
 * @property {number} [offset]
 * @property {number} [limit]
 */

/**
 * @template T
 * @param {readonly T[]} rows
 * @param {Wanted} wanted
 * @param {(row: T) => string[]} textsOf a row that are searched
 * @returns {T[]} all that match, in the order that is wanted; equal ones stay in their order
 */
function sorted(rows, { search = '', sort, direction }, textsOf) {
  const found = matching(rows, search, textsOf);
  if (sort === undefined) return direction === undefined ? found : [...found].reverse();
  const values = found.map((row) => ({ row, value: /** @type {Row} */ (row)[sort] ?? null }));
  const isText = values.some(({ value }) => typeof value === 'string');
  const sign = (direction ?? (isText ? 'asc' : 'desc')) === 'asc' ? 1 : -1;
  return values.sort((a, b) => compare(a.value, b.value, sign)).map(({ row }) => row);
}

/**
 * @template T
 * @param {readonly T[]} rows
 * @param {string} search
 * @param {(row: T) => string[]} textsOf
 * @returns {T[]}
 */
function matching(rows, search, textsOf) {
  const wanted = search.toLowerCase();
  if (wanted === '') return [...rows];
  return rows.filter((row) => textsOf(row).some((text) => text.toLowerCase().includes(wanted)));
}

/**
 * What is not known stands last in both directions.
 *
 * @param {string | number | null} a
 * @param {string | number | null} b
 * @param {number} sign
 */
function compare(a, b, sign) {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -sign : sign;
}

/**
 * @template T
 * @param {readonly T[]} rows
 * @param {Wanted} wanted
 * @returns {T[]}
 */
function pageOf(rows, { offset = 0, limit = MOST_ROWS }) {
  return rows.slice(offset, offset + Math.min(limit, MOST_ROWS));
}

module.exports = { MOST_ROWS, pageOf, sorted };
