'use strict';

/**
 * Names of the filters of Chrome DevTools' summary, as `Snapshot.filters` gives them.
 *
 * @type {readonly import('..').Filter[]}
 */
const FILTERS = Object.freeze([
  'duplicatedStrings',
  'objectsRetainedByDetachedDomNodes',
  'objectsRetainedByConsole',
  'objectsRetainedByEventHandlers',
  'objectsRetainedByContexts',
  'sharedNativeContext',
  'noNativeContext',
]);

module.exports = { FILTERS };
