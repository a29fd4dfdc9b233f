'use strict';

const { count } = require('../words/numbers');
const { printLocation } = require('../words/location');
const { objectOf, referenceOf } = require('../words/reference');
const { fit, widthOf } = require('../words/text');

/** Indentation of each step in columns: of a short path, and of a path that would leave the page. */
const STAIR = 2;
const NARROW_STAIR = 1;
const SHORT_PATH = 12;
const WIDEST_MARGIN = 30;
const NARROWEST_NAME = 16;
/** Steps of a chain (a linked list, closures in closures) that are shown at its beginning. */
const CHAIN_HEAD = 2;
/** Names of V8's own objects, which are useful to few readers. A function without a name is the program's. */
const MACHINERY = /^(\((?!closure)|system \/ )/;

/**
 * A step, and the number of equal steps that were left out after it.
 *
 * @typedef {{ step: import('..').PathStep, parent?: import('..').PathStep, skipped: number }} PathRow
 */

/**
 * A retaining path as lines, root first, each step a little further to the right.
 *
 * @param {import('..').PathStep[]} path
 * @param {import('./terminal').Terminal} terminal
 * @param {{ indent?: number, marks?: Map<number, string> }} [options] `marks`: remarks on nodes, by id
 */
function drawPath(path, terminal, { indent = 0, marks = new Map() } = {}) {
  const pathRows = foldChains(path);
  const stair = pathRows.length > SHORT_PATH ? NARROW_STAIR : STAIR;
  return pathRows.flatMap((pathRow, depth) => {
    const margin = ' '.repeat(indent + Math.min(stair * depth, WIDEST_MARGIN));
    const lines = drawStep(pathRow, margin, terminal, marks.get(pathRow.step.id));
    if (pathRow.skipped > 0)
      lines.push(`${margin}  ${terminal.style('dim', `… ${count(pathRow.skipped)} more like it`)}`);
    return lines;
  });
}

/**
 * @param {PathRow} pathRow
 * @param {string} margin
 * @param {import('./terminal').Terminal} terminal
 * @param {string} [mark]
 * @returns {string[]} one line, or two when the location does not fit beside the name
 */
function drawStep({ step, parent }, margin, terminal, mark = '') {
  const reference = parent ? referenceOf(step) : '';
  const arrow = !parent ? '' : reference === '' ? '→ ' : ' → ';
  const before = widthOf(margin + reference + arrow);
  const id = ` @${step.id}`;
  const name = fit(
    objectOf(step) || (parent ? '(unnamed)' : '(root)'),
    Math.max(terminal.width - before - id.length, NARROWEST_NAME),
  );
  const remark = mark === '' ? '' : `  ${mark}`;
  const location = printLocation(step.location);
  const line =
    margin +
    terminal.style('yellow', reference) +
    terminal.style('dim', arrow) +
    terminal.style(mark ? ['bold', 'cyan'] : MACHINERY.test(name) ? 'dim' : 'cyan', name) +
    terminal.style('dim', id) +
    terminal.style('bold', remark);
  if (location === '') return [line];
  const used = before + widthOf(name + id + remark);
  if (used + 2 + widthOf(location) <= terminal.width) return [`${line}  ${terminal.style('dim', location)}`];
  return [line, ' '.repeat(before) + terminal.style('dim', location)];
}

/**
 * Leaves out the middle of runs of equal steps.
 *
 * @param {import('..').PathStep[]} path
 * @returns {PathRow[]}
 */
function foldChains(path) {
  /** @type {PathRow[]} */
  const pathRows = [];
  for (let at = 0; at < path.length;) {
    const end = endOfChain(path, at);
    const skipped = end - at - CHAIN_HEAD - 1;
    for (let position = at; position < end; position += 1) {
      const isSkipped = skipped > 1 && position >= at + CHAIN_HEAD && position < end - 1;
      if (!isSkipped) pathRows.push({ step: path[position], parent: path[position - 1], skipped: 0 });
    }
    if (skipped > 1) pathRows[pathRows.length - 2].skipped = skipped;
    at = end;
  }
  return pathRows;
}

/**
 * The position behind a run of equal steps.
 *
 * @param {import('..').PathStep[]} path
 * @param {number} start
 */
function endOfChain(path, start) {
  let end = start + 1;
  while (end < path.length && path[end].name === path[start].name && path[end].edge === path[start].edge) end += 1;
  return end;
}

module.exports = { drawPath, endOfChain };
