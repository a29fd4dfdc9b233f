'use strict';

// The objects of one name in a snapshot. V8 gives the prototype of a subclass the name of the class, and it is no
// object of that class: `class Admin extends Session {}` alone is one node with the name `Session`.

const { ALL_ROWS } = require('../checks/limits');

/** Functions of one name that are looked at: a class of that name is among the first. */
const MOST_OF_NAME = 50;
/** No class that a person wrote has a longer name, and an expression has a bound too. */
const LONGEST_NAME = 200;

/** @typedef {import('..').Snapshot} Snapshot */
/** @typedef {import('..').WorkOptions} WorkOptions */

/**
 * Ids of nodes that have the name of the class, and are prototypes.
 *
 * @param {string} className
 * @param {Snapshot} snapshot
 * @param {WorkOptions} [work]
 * @returns {Promise<Set<number>>}
 */
async function prototypesNamed(className, snapshot, work) {
  /** @type {Set<number>} */
  const ids = new Set();
  if (className.length > LONGEST_NAME) return ids;
  const rows = await snapshot.query({
    ...work,
    className: onlyText(className),
    property: '^constructor$',
    limit: ALL_ROWS,
  });
  for (const row of rows) {
    if (row.className !== className) continue;
    const retainers = await snapshot.retainers(row.id, work);
    if (retainers.some(({ edge, edgeKind }) => edge === 'prototype' && edgeKind === 'property')) ids.add(row.id);
  }
  return ids;
}

/**
 * The functions of this name; a class is one.
 *
 * @param {string} name
 * @param {Snapshot} snapshot
 * @param {WorkOptions} [work]
 */
async function functionsNamed(name, snapshot, work) {
  if (name.length > LONGEST_NAME) return [];
  const rows = await snapshot.query({ ...work, name: onlyText(name), kind: 'closure', limit: MOST_OF_NAME });
  return rows.filter((row) => row.name === name);
}

/** An expression for this text alone. @param {string} text */
function onlyText(text) {
  const literal = text.replaceAll(
    /[^\p{L}\p{N}_]/gu,
    (character) => `\\x{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return `^${literal}$`;
}

module.exports = { LONGEST_NAME, functionsNamed, onlyText, prototypesNamed };
