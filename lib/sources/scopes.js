'use strict';

// Finds the variable of a name, and the values that a variable, its property, or a property of `this` may hold.

const { partsOf } = require('./syntax');

/** @typedef {import('./syntax').Part} Part */

/**
 * How a value comes from a package.
 *
 * @typedef {object} Origin
 * @property {'export' | 'instance' | 'maker'} sort `export`: of the package; `instance`: made by a call of one;
 *   `maker`: a function of the file that returns an instance
 * @property {string} path as code writes it: `axios.create`
 * @property {string} [className] of an instance that `new` made
 */

/** A variable. @typedef {{ origin?: Origin, slots: Map<string, Origin> }} Variable */

const FUNCTIONS = /^(Function|Arrow|ObjectMethod$|Class(Private)?Method$)/;
const BLOCKS = /^(Program|BlockStatement|ClassBody|For|SwitchStatement|CatchClause|StaticBlock|TSModuleBlock)/;

/** The variables of one part of a program, within those around it. */
class Scope {
  /** @type {Map<string, Variable>} */
  #variables = new Map();

  /**
   * @param {Scope} [outer]
   * @param {boolean} [isFunction]
   */
  constructor(outer, isFunction = true) {
    this.outer = outer;
    this.isFunction = isFunction;
    /** Functions around it. @type {number} */
    this.depth = (outer?.depth ?? 0) + (outer !== undefined && isFunction ? 1 : 0);
    /** Properties of `this`. @type {Map<string, Origin>} */
    this.own = outer?.own ?? new Map();
  }

  /** @param {string} name */
  declare(name) {
    if (!this.#variables.has(name)) this.#variables.set(name, { slots: new Map() });
  }

  /**
   * @param {string} name
   * @returns {Variable | undefined}
   */
  find(name) {
    return this.#variables.get(name) ?? this.outer?.find(name);
  }

  /** @returns {Scope} the one that `var` declares in */
  get function() {
    return this.isFunction || this.outer === undefined ? this : this.outer.function;
  }
}

/**
 * The scope of each node, and the returned value of each function.
 *
 * @param {Part} program
 * @returns {{ nodes: { node: Part, scope: Scope }[], returns: Map<Part, { node: Part, scope: Scope }[]> }} nodes in the
 *   order of the text, those around others first
 */
function scopesOf(program) {
  /** @type {{ node: Part, scope: Scope }[]} */
  const nodes = [];
  /** @type {Map<Part, { node: Part, scope: Scope }[]>} */
  const returns = new Map();
  /** @type {{ node: Part, scope: Scope, within?: Part }[]} */
  const open = [{ node: program, scope: new Scope() }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, scope: outer, within } = next;
    declareOutside(node, outer);
    const isFunction = FUNCTIONS.test(node.type);
    const scope = isFunction || BLOCKS.test(node.type) ? new Scope(outer, isFunction) : outer;
    // The members of a class have one `this`.
    if (node.type === 'ClassBody') scope.own = new Map();
    if (isFunction || node.type === 'CatchClause') declareInside(node, scope);
    if (node.type === 'ReturnStatement' && within !== undefined && node.argument)
      returns.set(within, [...(returns.get(within) ?? []), { node: node.argument, scope }]);
    if (node.type === 'ArrowFunctionExpression' && node.body.type !== 'BlockStatement')
      returns.set(node, [{ node: node.body, scope }]);
    nodes.push({ node, scope });
    const parts = partsOf(node).reverse();
    open.push(...parts.map((part) => ({ node: part, scope, within: isFunction ? node : within })));
  }
  return { nodes, returns };
}

/**
 * @param {Part} node
 * @param {Scope} scope
 */
function declareOutside(node, scope) {
  if (node.type === 'VariableDeclaration') {
    const where = node.kind === 'var' ? scope.function : scope;
    for (const { id } of node.declarations) namesIn(id).forEach((name) => where.declare(name));
  } else if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
    if (node.id) scope.declare(node.id.name);
  } else if (node.type === 'ImportDeclaration') {
    for (const { local } of node.specifiers) scope.declare(local.name);
  } else if (node.type === 'TSImportEqualsDeclaration') scope.declare(node.id.name);
}

/**
 * @param {Part} node
 * @param {Scope} scope
 */
function declareInside(node, scope) {
  for (const param of node.params ?? []) namesIn(param).forEach((name) => scope.declare(name));
  if (node.type === 'FunctionExpression' && node.id) scope.declare(node.id.name);
  if (node.type === 'CatchClause' && node.param) namesIn(node.param).forEach((name) => scope.declare(name));
}

/**
 * The names that a pattern declares.
 *
 * @param {Part} pattern
 * @returns {string[]}
 */
function namesIn(pattern) {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((/** @type {Part} */ part) =>
        namesIn(part.type === 'RestElement' ? part.argument : part.value),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((/** @type {Part | null} */ part) => (part === null ? [] : namesIn(part)));
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    case 'RestElement':
      return namesIn(pattern.argument);
    case 'TSParameterProperty':
      return namesIn(pattern.parameter);
    default:
      return [];
  }
}

module.exports = { Scope, scopesOf };
