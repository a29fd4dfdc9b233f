'use strict';

// What is inside of a report? A person who sends it to somebody else asks that first.

/**
 * Counts what the document names of the program: different names of classes, of properties and variables, and of
 * files; and texts of the program, by their contents.
 *
 * @param {Omit<import('../..').ReportDocument, 'contents'>} document
 * @returns {import('../..').ReportContents}
 */
function contentsOf(document) {
  const found = { classNames: new Set(), propertyNames: new Set(), paths: new Set(), strings: new Set() };
  gather(document, found);
  const { strings } = document;
  return {
    classNames: found.classNames.size,
    propertyNames: found.propertyNames.size,
    paths: found.paths.size,
    strings: found.strings.size,
    stringsLeftOut: strings?.groups.filter(({ value }) => value === undefined).length ?? 0,
  };
}

/** Members that hold names of the program, by what they name. */
const NAMED = new Map(
  /** @type {[string, 'classNames' | 'propertyNames' | 'paths' | 'strings'][]} */ ([
    ['className', 'classNames'],
    ['name', 'classNames'],
    ['object', 'classNames'],
    ['reference', 'propertyNames'],
    ['edge', 'propertyNames'],
    ['file', 'paths'],
    ['value', 'strings'],
    ['start', 'strings'],
  ]),
);

/**
 * @param {unknown} value
 * @param {Record<string, Set<unknown>>} found
 */
function gather(value, found) {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    const where = NAMED.get(key);
    if (where !== undefined && typeof member === 'string' && member !== '') found[where].add(member);
    else gather(member, found);
  }
}

module.exports = { contentsOf };
