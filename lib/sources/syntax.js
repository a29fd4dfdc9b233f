'use strict';

// The syntax tree of a source file: JavaScript, TypeScript or JSX, as a module or a script.

/** Members of a node of the tree that are no parts of the program. */
const NO_PARTS = new Set(['loc', 'extra', 'errors', 'tokens', 'comments', 'leadingComments', 'trailingComments']);
/** Which extensions of the language a file may have, by the ending of its name: the first that fits is taken. */
const READINGS = /** @type {const} */ ({
  javascript: [['jsx'], ['jsx', 'flow'], ['typescript']],
  typescript: [['typescript'], ['typescript', 'jsx']],
  unknown: [['jsx'], ['typescript'], ['typescript', 'jsx'], ['jsx', 'flow']],
});

/** A node of the tree; its members differ by its type. @typedef {Record<string, any> & { type: string }} Part */

/**
 * @param {string} text
 * @param {string} [file] its ending says which language it is
 * @returns {Part | undefined} undefined for a text that is no program
 */
function parse(text, file = '') {
  // Loaded here: most searches never read a source.
  const parser = /** @type {typeof import('@babel/parser')} */ (require('@babel/parser'));
  for (const plugins of READINGS[languageOf(file)]) {
    try {
      return parser.parse(text, {
        sourceType: 'unambiguous',
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: true,
        allowSuperOutsideMethod: true,
        allowUndeclaredExports: true,
        plugins: [...plugins, 'decorators-legacy', 'explicitResourceManagement'],
      });
    } catch {
      // Another reading may fit. A text that is nested too deeply for the stack fits none.
    }
  }
  return undefined;
}

/** @param {string} file */
function languageOf(file) {
  if (/\.[cm]?tsx?$/i.test(file)) return 'typescript';
  return /\.[cm]?jsx?$/i.test(file) ? 'javascript' : 'unknown';
}

/**
 * The parts of a node, in the order of the text.
 *
 * @param {Part} node
 * @returns {Part[]}
 */
function partsOf(node) {
  return Object.entries(node).flatMap(([member, value]) => {
    if (NO_PARTS.has(member) || value === null || typeof value !== 'object') return [];
    return [value].flat().filter((part) => typeof part?.type === 'string');
  });
}

module.exports = { parse, partsOf };
