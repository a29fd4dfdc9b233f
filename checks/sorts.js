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

/**
 * What a row of owners can be.
 *
 * @type {readonly NonNullable<import('..').OwnerOptions['by']>[]}
 */
const OWNER_KINDS = Object.freeze(['package', 'file']);

/** @type {readonly NonNullable<import('..').OwnerOptions['sort']>[]} */
const OWNER_SORTS = Object.freeze(['shallowSize', 'count', 'name']);

/** @type {readonly NonNullable<import('..').OwnerDiffOptions['sort']>[]} */
const OWNER_DIFF_SORTS = Object.freeze(['sizeDelta', 'countDelta', 'name']);

module.exports = { DIFF_SORTS, OWNER_KINDS, OWNER_SORTS, OWNER_DIFF_SORTS };
