'use strict';

// How many objects of some classes may be alive? They are counted by name in one snapshot of this thread.

const { isSo } = require('../../checks/predicate');
const { functionsNamed, onlyText, prototypesNamed } = require('../../counts/in-snapshot');
const { leakError, optionError } = require('../errors');
const { collectGarbage } = require('../measure/collector');
const { inQueue } = require('../measure/queue');
const { tellPath } = require('../report/message');
const { placeHere } = require('../report/scripts');
const { openHeapNow } = require('./heap-now');
const { nameOf } = require('../../words/leak-sentences');
const { count, counted } = require('../../words/numbers');
const { harmless } = require('../../words/text');

/** Objects of a name that are looked at: one of them has a path. */
const MOST_OBJECTS = 20;

/**
 * @param {Record<string, number | ((count: number) => unknown)>} allowed
 * @returns {Promise<import('..').RetainedCounts>}
 */
async function assertRetained(allowed) {
  const caller = new Error('at');
  const rules = checkRules(allowed);
  return inQueue(async () => {
    await collectGarbage(0);
    const snapshot = await openHeapNow();
    try {
      const counts = await countByName(
        snapshot,
        rules.map(([name]) => name),
      );
      /** @type {import('..').RetainedClass[]} */
      const retained = [];
      for (const [className, rule] of rules) {
        const alive = counts[className];
        const isFine = typeof rule === 'function' ? isSo(className, rule, alive) : alive <= rule;
        if (!isFine) retained.push({ className, count: alive, allowed: rule, path: await pathOf(snapshot, className) });
      }
      if (retained.length > 0) throw leakError(retained.map(tell).join('\n\n'), { retained, counts }, caller);
      return counts;
    } finally {
      await snapshot.close();
    }
  });
}

/** @param {unknown} allowed @returns {[string, number | ((count: number) => unknown)][]} */
function checkRules(allowed) {
  const rules =
    allowed !== null && typeof allowed === 'object' && !Array.isArray(allowed) ? Object.entries(allowed) : [];
  if (rules.length === 0) throw optionError('classes', 'must be an object with a number or a function for each class');
  for (const [name, rule] of rules) {
    // Every function without a name would do.
    if (name === '') throw optionError('classes', 'has a class without a name: what stands before the number?');
    if (typeof rule !== 'function' && !(Number.isSafeInteger(rule) && rule >= 0))
      throw optionError(name, 'must be the most objects that may be alive, or a function of their number');
  }
  return rules;
}

/**
 * A name that is no class at all would count nothing, and allow everything.
 *
 * @param {import('../..').Snapshot} snapshot
 * @param {string[]} names
 * @returns {Promise<import('..').RetainedCounts>}
 */
async function countByName(snapshot, names) {
  const { classes } = await snapshot.summary();
  /** @type {import('..').RetainedCounts} */
  const counts = {};
  for (const wanted of names) {
    const nodes = classes.filter(({ name }) => name === wanted).reduce((sum, row) => sum + row.count, 0);
    const alive = nodes === 0 ? 0 : Math.max(nodes - (await prototypesNamed(wanted, snapshot)).size, 0);
    if (nodes === 0 && (await functionsNamed(wanted, snapshot)).length === 0)
      throw optionError(wanted, 'is no class in this heap: is the name right, and its module loaded?');
    counts[wanted] = alive;
  }
  return counts;
}

/**
 * Why one of the objects is alive; empty where no reference in the snapshot keeps one.
 *
 * @param {import('../..').Snapshot} snapshot
 * @param {string} wanted
 */
async function pathOf(snapshot, wanted) {
  const rows = await snapshot.query({ className: onlyText(wanted), limit: MOST_OBJECTS });
  const prototypes = await prototypesNamed(wanted, snapshot);
  for (const { id, className } of rows) {
    if (className !== wanted || prototypes.has(id)) continue;
    const path = await snapshot.retainingPath(id);
    if (path.length === 0) continue;
    await placeHere(path);
    return path;
  }
  return [];
}

/** @param {import('..').RetainedClass} retained */
function tell({ className, count: alive, allowed, path }) {
  const most =
    typeof allowed === 'function'
      ? `${harmless(String(allowed))} does not allow that`
      : `${count(allowed)} ${allowed === 1 ? 'is' : 'are'} allowed`;
  return [
    `${nameOf(className)}: ${counted(alive, 'object')} ${alive === 1 ? 'is' : 'are'} alive, and ${most}`,
    ...(path.length > 0 ? ['  Why one of them stays alive:', ...tellPath(path).map((line) => `    ${line}`)] : []),
  ].join('\n');
}

module.exports = { assertRetained };
