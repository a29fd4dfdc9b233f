'use strict';

// Where the page about a kind of leak is.

/** Kinds of a page in a browser share one. */
const OF_BROWSERS = ['dom-nodes', 'dom-listeners', 'dom-observers', 'browser-handles'];

/**
 * The page in this package: `docs/kinds/timers.md`.
 *
 * @param {import('..').LeakKind} kind
 */
function kindPage(kind) {
  return `docs/kinds/${OF_BROWSERS.includes(kind) ? 'browser' : kind}.md`;
}

module.exports = { OF_BROWSERS, kindPage };
