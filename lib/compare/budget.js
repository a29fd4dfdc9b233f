'use strict';

// A budget says how many objects and bytes a heap may have: of a class, of a package, in all.

const { readSize } = require('../../checks/size');
const { prototypesNamed } = require('../../counts/in-snapshot');
const { optionError } = require('../errors');
const { Snapshot, openSnapshot } = require('../open/snapshot');
const { OPEN, checkOptions } = require('../options');

/** What a budget may limit of each sort of name. */
const MEASURES = /** @type {const} */ ({
  classes: ['count', 'bytes', 'retained'],
  packages: ['count', 'bytes'],
});
const MEASURES_OF_ALL = /** @type {const} */ (['count', 'bytes']);

/** @typedef {Partial<Record<'count' | 'bytes' | 'retained', number>>} Limits */
/** @typedef {{ total: Limits, classes: Map<string, Limits>, packages: Map<string, Limits> }} Read */

/**
 * @param {import('../..').SnapshotOrSource} source
 * @param {import('../..').Budget} budget
 * @param {import('../..').OpenOptions} [options]
 * @returns {Promise<import('../..').BudgetDocument>}
 */
async function checkBudget(source, budget, options) {
  const { total, classes, packages } = readBudget(budget);
  const opening = checkOptions(options, OPEN);
  const snapshot =
    source instanceof Snapshot ? source : await openSnapshot(/** @type {import('../..').Source} */ (source), opening);
  try {
    const { signal, onProgress } = opening;
    const { info } = snapshot;
    const lines = linesOf('total', '', total, { count: info.nodeCount, bytes: info.totalSize });
    const absent = [];
    if (classes.size > 0) {
      const rows = (await snapshot.summary({ signal, onProgress })).classes;
      for (const [name, limits] of classes) {
        // Two classes of one name, of two files, are one line.
        const named = rows.filter((row) => row.name === name);
        const prototypes = named.length === 0 ? 0 : (await prototypesNamed(name, snapshot, { signal })).size;
        const count = sumOf(named, (row) => row.count) - prototypes;
        if (count === 0) absent.push(name);
        lines.push(
          ...linesOf('class', name, limits, {
            count,
            bytes: sumOf(named, (row) => row.shallowSize),
            retained: sumOf(named, (row) => row.retainedSize),
          }),
        );
      }
    }
    if (packages.size > 0) {
      const { owners } = await snapshot.owners({ by: 'package', signal, onProgress });
      for (const [name, limits] of packages) {
        const row = owners.find((owner) => owner.name === name);
        if (row === undefined) absent.push(name);
        lines.push(...linesOf('package', name, limits, { count: row?.count ?? 0, bytes: row?.shallowSize ?? 0 }));
      }
    }
    return { snapshot: info, lines, over: lines.filter((line) => line.over > 0).length, absent };
  } finally {
    if (snapshot !== source) await snapshot.close();
  }
}

/**
 * @template T
 * @param {T[]} rows
 * @param {(row: T) => number} value
 */
function sumOf(rows, value) {
  return rows.reduce((sum, row) => sum + value(row), 0);
}

/**
 * @param {'total' | 'class' | 'package'} of
 * @param {string} name
 * @param {Limits} limits
 * @param {Limits} is
 * @returns {import('../..').BudgetLine[]}
 */
function linesOf(of, name, limits, is) {
  return Object.entries(limits).map(([measure, most]) => {
    const has = is[/** @type {keyof Limits} */ (measure)] ?? 0;
    return { of, name, measure: /** @type {keyof Limits} */ (measure), is: has, most, over: Math.max(has - most, 0) };
  });
}

/**
 * @param {unknown} budget
 * @returns {Read}
 */
function readBudget(budget) {
  const { total, classes = {}, packages = {}, ...others } = record('budget', budget);
  const [other] = Object.keys(others);
  if (other !== undefined) throw optionError(`budget.${other}`, 'is unknown: a budget has total, classes and packages');
  const read = {
    total: total === undefined ? {} : limitsOf('budget.total', total, MEASURES_OF_ALL),
    classes: named('budget.classes', classes, MEASURES.classes),
    packages: named('budget.packages', packages, MEASURES.packages),
  };
  if (Object.keys(read.total).length + read.classes.size + read.packages.size === 0)
    throw optionError('budget', 'limits nothing: give it total, classes or packages');
  return read;
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {readonly (keyof Limits)[]} measures
 */
function named(name, value, measures) {
  const rows = Object.entries(record(name, value));
  if (rows.some(([key]) => key === '')) throw optionError(name, 'has a limit for an empty name');
  return new Map(rows.map(([key, limits]) => [key, limitsOf(`${name}.${key}`, limits, measures)]));
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {readonly (keyof Limits)[]} measures
 * @returns {Limits}
 */
function limitsOf(name, value, measures) {
  /** @type {Limits} */
  const limits = {};
  for (const [key, most] of Object.entries(record(name, value))) {
    const measure = measures.find((one) => one === key);
    if (measure === undefined) throw optionError(`${name}.${key}`, `is unknown: it can be ${measures.join(', ')}`);
    const number = typeof most === 'string' && measure !== 'count' ? readSize(most) : most;
    if (typeof number !== 'number' || !Number.isFinite(number) || number < 0)
      throw optionError(
        `${name}.${key}`,
        measure === 'count' ? 'must be a number from 0' : 'must be bytes, or a size like 10kB or 1.5MB',
      );
    limits[measure] = number;
  }
  if (Object.keys(limits).length === 0) throw optionError(name, `limits nothing: give it ${measures.join(' or ')}`);
  return limits;
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function record(name, value) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw optionError(name, 'must be an object');
  return /** @type {Record<string, unknown>} */ (value);
}

module.exports = { checkBudget };
