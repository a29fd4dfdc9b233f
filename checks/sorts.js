'use strict';

/**
 * The orders of the classes of a comparison, as `DiffOptions.sort` names them.
 *
 * @type {readonly NonNullable<import('..').DiffOptions['sort']>[]}
 */
const DIFF_SORTS = Object.freeze([
  'sizeDelta',
  'countDelta',
  'addedSize',
  'addedCount',
  'removedSize',
  'removedCount',
  'addedRetainedSize',
  'grownSize',
  'name',
]);

module.exports = { DIFF_SORTS };
