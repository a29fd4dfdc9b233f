'use strict';

// The lines of a source file that call or construct what it imports from a package.

const { Origins } = require('./origins');
const { weigh } = require('./call-weight');
const { scopesOf } = require('./scopes');
const { parse } = require('./syntax');
const { cutAround, linesOf } = require('../../words/source-line');

/** @typedef {import('./syntax').Part} Part */
/** @typedef {import('../..').PackageCall} PackageCall */

/** Columns of the text of a call. */
const LONGEST_TEXT = 200;

/**
 * A use of a value of the package by the program.
 *
 * @typedef {object} Use
 * @property {'new' | 'call' | 'extends' | 'renders'} how
 * @property {import('./scopes').Origin} of
 * @property {boolean} isRepeated it stands in a function, which may run more than once
 */

/**
 * The calls. The first one most likely makes or holds the objects with the names.
 *
 * @param {string} text of the file
 * @param {{ package: string, names?: string[], file?: string }} options `names`: of the leaked class, its container and
 *   others on the path, the most important first; `file`: its ending says which language it is
 * @returns {PackageCall[] | undefined} undefined when the text is no program
 */
function callsOf(text, options) {
  return weighedCalls(text, options)?.map(({ weight: _, ...call }) => call);
}

/**
 * The calls with their weights, so that the calls of several files can be compared.
 *
 * @param {string} text
 * @param {{ package: string, names?: string[], file?: string }} options
 * @returns {(PackageCall & { weight: number })[] | undefined}
 */
function weighedCalls(text, { package: packageName, names = [], file }) {
  // A name that the program puts together at run time is not found.
  if (!text.includes(packageName)) return [];
  const program = parse(text, file);
  if (program === undefined) return undefined;
  const scopes = scopesOf(program);
  const origins = new Origins(scopes, packageName);
  const lines = linesOf(text);
  /** @type {(PackageCall & { weight: number })[]} */
  const calls = [];
  for (const { node, scope } of scopes.nodes) {
    const use = useOf(node, scope, origins);
    const place = use && placeOf(node);
    if (use === undefined || !place) continue;
    const { weight, why } = weigh(use, { packageName, names });
    const column = place.column + 1;
    calls.push({ line: place.line, column, text: shownText(lines[place.line - 1], column), why, weight });
  }
  return bestOfEachLine(calls);
}

/**
 * @param {Part} node
 * @param {import('./scopes').Scope} scope
 * @param {Origins} origins
 * @returns {Use | undefined}
 */
function useOf(node, scope, origins) {
  const isRepeated = scope.depth > 0;
  const use = (/** @type {Use['how']} */ how, /** @type {Part | null | undefined} */ value) => {
    const of = origins.of(value, scope);
    return of === undefined || of.sort === 'maker' ? undefined : { how, of, isRepeated };
  };
  switch (node.type) {
    case 'NewExpression':
      return use('new', node.callee);
    case 'CallExpression':
    case 'OptionalCallExpression':
      return origins.isLoading(node, scope) ? undefined : use('call', node.callee);
    case 'TaggedTemplateExpression':
      return use('call', node.tag);
    case 'ClassDeclaration':
    case 'ClassExpression':
      return use('extends', node.superClass);
    case 'JSXOpeningElement':
      return use('renders', node.name);
    default:
      return undefined;
  }
}

/**
 * The place of the call: the name of the method, which in a chain may stand on a line of its own.
 *
 * @param {Part} node
 */
function placeOf({ type, callee, loc }) {
  const isMethod = type !== 'NewExpression' && callee?.property !== undefined && !callee.computed;
  return isMethod && callee.object.loc.end.line !== callee.property.loc.start.line
    ? callee.property.loc.start
    : loc?.start;
}

/** @param {(PackageCall & { weight: number })[]} calls in the order of the text */
function bestOfEachLine(calls) {
  /** @type {Map<number, PackageCall & { weight: number }>} */
  const best = new Map();
  for (const call of calls) {
    const known = best.get(call.line);
    if (known === undefined || call.weight > known.weight) best.set(call.line, call);
  }
  return [...best.values()].sort((a, b) => b.weight - a.weight || a.line - b.line);
}

/**
 * @param {string} line
 * @param {number} column
 */
function shownText(line, column) {
  return cutAround(line, column, LONGEST_TEXT).text.trim();
}

module.exports = { callsOf, weighedCalls };
