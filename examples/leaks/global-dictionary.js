'use strict';
// An object used as a map, on globalThis.
globalThis.pagesByUrl = {};

exports.leak = (i) => {
  globalThis.pagesByUrl[`https://example.org/page/${i}`] = { title: `Page ${i}`, links: [i] };
};
exports.fixed = (i) => {
  globalThis.pagesByUrl.last = { title: `Page ${i}`, links: [i] };
};
exports.expect = {
  line: null,
  kind: 'globals',
  classes: ['Object'],
  path: ['global', 'pagesByUrl', 'Object', 'Object'],
};
