'use strict';

// How a step of a path is written: the reference that leads to it, and the object.

const { fit, visible } = require('./text');

const LONGEST_NAME = 60;
/** A slot of the table behind a Map, a Set, an array or an object; nobody writes the table's name. */
const SLOT = /^(?:table|elements|properties)?(\[(?:-?\d+)?\])$/;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** @typedef {Pick<import('..').PathStep, 'name' | 'shape'>} Named */

/**
 * The reference of a step as code writes it.
 *
 * @param {Pick<import('..').PathStep, 'reference'>} step
 */
function referenceOf({ reference }) {
  return fit(visible(reference), LONGEST_NAME);
}

/**
 * The object of a step: a plain one by its properties.
 *
 * @param {Named} step
 */
function objectOf({ name, shape }) {
  return nameOf(shape ?? name);
}

/** @param {string} name */
function nameOf(name) {
  return fit(visible(name), LONGEST_NAME);
}

/**
 * A reference as code writes it behind an object: ".sessions", "[12]", ".get(…)". `undefined` for [[slots]] of the
 * language, which code cannot write.
 *
 * @param {string} reference
 */
function memberOf(reference) {
  if (isEntry(reference)) return '.get(…)';
  return /^(\.|\[(?!\[))/.test(reference) ? reference : undefined;
}

/** @param {string} reference */
function isEntry(reference) {
  return /^(Weak)?Map entry$/.test(reference);
}

/**
 * An edge of which no more than its name is known, as code would write it: `.cache`, `[12]`, `["a b"]`.
 *
 * @param {string} edge
 */
function writeEdge(edge) {
  const name = fit(visible(edge), LONGEST_NAME);
  const slot = SLOT.exec(name);
  if (slot) return slot[1];
  if (name === '' || /^[[(<]/.test(name)) return name;
  if (/^-?\d+$/.test(name)) return `[${name}]`;
  return IDENTIFIER.test(name) ? `.${name}` : `["${name}"]`;
}

module.exports = { isEntry, memberOf, nameOf, objectOf, referenceOf, writeEdge };
